package responsibility

import (
	"strconv"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/text"
)

// Bounds of what can be entered. The schema's descriptions and the database's
// checks repeat them.
const (
	maxPriority = 100
	maxText     = 500
)

// CreateCatchmentInput is the GraphQL input of the same name.
type CreateCatchmentInput struct {
	IdempotencyKey *string
	Kind           CatchmentKind
	RegionID       ident.ID
	BodyID         ident.ID
	Scope          CatchmentScope
	Priority       int
	ValidFrom      *civil.Date
	ValidTo        *civil.Date
	LegalBasis     *string
}

// CreateCatchmentPayload is the GraphQL type of the same name.
type CreateCatchmentPayload struct {
	Catchment  *Catchment
	UserErrors []*fault.Error
}

// UpdateCatchmentInput is the GraphQL input of the same name.
type UpdateCatchmentInput struct {
	ID              ident.ID
	ExpectedVersion int
	Scope           patch.Field[CatchmentScope]
	Priority        patch.Field[int]
	ValidFrom       patch.Field[civil.Date]
	ValidTo         patch.Field[civil.Date]
	LegalBasis      patch.Field[string]
}

// UpdateCatchmentPayload is the GraphQL type of the same name.
type UpdateCatchmentPayload struct {
	Catchment  *Catchment
	UserErrors []*fault.Error
}

// EndCatchmentInput is the GraphQL input of the same name.
type EndCatchmentInput struct {
	ID              ident.ID
	ExpectedVersion int
	On              civil.Date
}

// EndCatchmentPayload is the GraphQL type of the same name.
type EndCatchmentPayload struct {
	Catchment  *Catchment
	UserErrors []*fault.Error
}

// Validate normalises the texts and returns everything that is wrong with the
// input.
func (in *CreateCatchmentInput) Validate() error {
	var problems fault.Problems
	idempotency.Check(in.IdempotencyKey, &problems)
	in.RegionID.Check("input.regionId", &problems, ident.Region)
	in.BodyID.Check("input.bodyId", &problems, in.Kind.body())
	checkScope(in.Kind, in.Scope, &problems)
	checkPriority(in.Priority, &problems)
	checkPeriod(in.ValidFrom, in.ValidTo, "input.validTo", &problems)
	text.OptionalLine(in.LegalBasis, maxText, "input.legalBasis", &problems)
	return problems.Err()
}

// Validate normalises the texts and returns everything that is wrong with the
// input by itself.
func (in *UpdateCatchmentInput) Validate() error {
	var problems fault.Problems
	in.ID.Check("input.id", &problems, ident.Catchment)
	patch.CheckVersion(in.ExpectedVersion, &problems)
	patch.Check(in.Scope, "input.scope", &problems, func(*CatchmentScope) {})
	patch.Check(in.Priority, "input.priority", &problems, func(priority *int) { checkPriority(*priority, &problems) })
	checkPeriod(in.ValidFrom.Value(), in.ValidTo.Value(), "input.validTo", &problems)
	text.OptionalLine(in.LegalBasis.Value(), maxText, "input.legalBasis", &problems)
	return problems.Err()
}

// Validate returns everything that is wrong with the input by itself.
func (in *EndCatchmentInput) Validate() error {
	var problems fault.Problems
	in.ID.Check("input.id", &problems, ident.Catchment)
	patch.CheckVersion(in.ExpectedVersion, &problems)
	return problems.Err()
}

// apply returns the catchment as it will be.
func (in *UpdateCatchmentInput) apply(c Catchment) Catchment {
	patch.Set(&c.Scope, in.Scope)
	patch.Set(&c.Priority, in.Priority)
	patch.Reset(&c.ValidFrom, in.ValidFrom)
	patch.Reset(&c.ValidTo, in.ValidTo)
	patch.Reset(&c.LegalBasis, in.LegalBasis)
	return c
}

// check returns what is wrong with a catchment that an update or an end made.
// It blames field for its period.
func (c *Catchment) check(field string) error {
	var problems fault.Problems
	checkScope(c.Kind, c.Scope, &problems)
	checkPeriod(c.ValidFrom, c.ValidTo, field, &problems)
	return problems.Err()
}

func checkPriority(priority int, problems *fault.Problems) {
	if priority < 1 || priority > maxPriority {
		problems.Add("input.priority", fault.Text{
			EN: "must be between 1 and " + strconv.Itoa(maxPriority),
			DE: "muss zwischen 1 und " + strconv.Itoa(maxPriority) + " liegen",
		})
	}
}

func checkScope(kind CatchmentKind, scope CatchmentScope, problems *fault.Problems) {
	if scope == SupraRegional && kind != OmbudsOffice {
		problems.Add("input.scope", fault.Text{
			EN: "can be supra-regional for ombuds offices alone",
			DE: "kann nur bei Ombudsstellen überregional sein",
		})
	}
}

// period is the field to blame for a period that can't be: one that was given.
func (in *UpdateCatchmentInput) period() string {
	if _, given := in.ValidTo.ValueOK(); given {
		return "input.validTo"
	}
	return "input.validFrom"
}

func checkPeriod(from, to *civil.Date, field string, problems *fault.Problems) {
	if from != nil && to != nil && !from.Before(*to) {
		problems.Add(field, fault.Text{
			EN: "must make a period that begins before it ends",
			DE: "muss einen Zeitraum ergeben, der vor seinem Ende beginnt",
		})
	}
}
