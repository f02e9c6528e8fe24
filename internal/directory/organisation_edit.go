package directory

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"ombudsnetz/internal/auth"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/history"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/text"
)

const (
	maxFormerNames = 30
	maxMemberships = 30
)

// CreateOrganisationInput is the GraphQL input of the same name.
type CreateOrganisationInput struct {
	IdempotencyKey *string
	Name           string
	Kind           OrganisationKind
	FormerNames    []FormerNameInput
	Memberships    []MembershipInput
}

// CreateOrganisationPayload is the GraphQL type of the same name.
type CreateOrganisationPayload struct {
	Organisation *Organisation
	UserErrors   []*fault.Error
}

// UpdateOrganisationInput is the GraphQL input of the same name.
type UpdateOrganisationInput struct {
	ID              ident.ID
	ExpectedVersion int
	Name            patch.Field[string]
	Kind            patch.Field[OrganisationKind]
	FormerNames     patch.Field[[]FormerNameInput]
	Memberships     patch.Field[[]MembershipInput]
}

// UpdateOrganisationPayload is the GraphQL type of the same name.
type UpdateOrganisationPayload struct {
	Organisation *Organisation
	UserErrors   []*fault.Error
}

// FormerNameInput is the GraphQL input of the same name.
type FormerNameInput struct {
	Name      string
	Kind      OrganisationKind
	ValidFrom *civil.Date
	ValidTo   civil.Date
}

// MembershipInput is the GraphQL input of the same name.
type MembershipInput struct {
	UmbrellaID ident.ID
	ValidFrom  *civil.Date
	ValidTo    *civil.Date
}

// Validate normalises the texts and returns everything that is wrong with the
// input on a day.
func (in *CreateOrganisationInput) Validate(today civil.Date) error {
	var problems fault.Problems
	idempotency.Check(in.IdempotencyKey, &problems)
	text.Line(&in.Name, maxName, "input.name", &problems)
	checkFormerNames(in.FormerNames, today, &problems)
	checkMemberships(in.Memberships, uuid.Nil, &problems)
	return problems.Err()
}

// Validate normalises the texts and returns everything that is wrong with the
// input on a day.
func (in *UpdateOrganisationInput) Validate(today civil.Date) error {
	var problems fault.Problems
	in.ID.Check("input.id", &problems, ident.Organisation)
	patch.CheckVersion(in.ExpectedVersion, &problems)
	patch.Check(in.Name, "input.name", &problems, func(name *string) { text.Line(name, maxName, "input.name", &problems) })
	patch.Check(in.Kind, "input.kind", &problems, func(*OrganisationKind) {})
	patch.Check(in.FormerNames, "input.formerNames", &problems, func(names *[]FormerNameInput) { checkFormerNames(*names, today, &problems) })
	patch.Check(in.Memberships, "input.memberships", &problems, func(list *[]MembershipInput) { checkMemberships(*list, in.ID.UUID, &problems) })
	return problems.Err()
}

func checkFormerNames(names []FormerNameInput, today civil.Date, problems *fault.Problems) {
	const path = "input.formerNames"
	if len(names) > maxFormerNames {
		problems.Add(path, tooMany(maxFormerNames))
		return
	}
	for i := range names {
		n, path := &names[i], at(path, i)+"."
		text.Line(&n.Name, maxName, path+"name", problems)
		checkPeriod(n.ValidFrom, &n.ValidTo, path, problems)
		if today.Before(n.ValidTo) {
			problems.Add(path+"validTo", fault.Text{EN: "must not lie in the future", DE: "darf nicht in der Zukunft liegen"})
		}
		if slices.ContainsFunc(names[:i], func(o FormerNameInput) bool {
			return startsBeforeEnd(n.ValidFrom, &o.ValidTo) && startsBeforeEnd(o.ValidFrom, &n.ValidTo)
		}) {
			problems.Add(path+"validFrom", overlappingPeriod())
		}
	}
}

func checkMemberships(list []MembershipInput, member uuid.UUID, problems *fault.Problems) {
	const path = "input.memberships"
	if len(list) > maxMemberships {
		problems.Add(path, tooMany(maxMemberships))
		return
	}
	for i, m := range list {
		path := at(path, i) + "."
		if m.UmbrellaID.Check(path+"umbrellaId", problems, ident.Organisation) && m.UmbrellaID.UUID == member && member != uuid.Nil {
			problems.Add(path+"umbrellaId", fault.Text{EN: "is the organisation itself", DE: "ist die Organisation selbst"})
		}
		checkPeriod(m.ValidFrom, m.ValidTo, path, problems)
		if slices.ContainsFunc(list[:i], func(o MembershipInput) bool {
			return o.UmbrellaID == m.UmbrellaID && startsBeforeEnd(m.ValidFrom, o.ValidTo) && startsBeforeEnd(o.ValidFrom, m.ValidTo)
		}) {
			problems.Add(path+"validFrom", overlappingPeriod())
		}
	}
}

func overlappingPeriod() fault.Text {
	return fault.Text{
		EN: "begins within a period that stands further up in the list, or around it",
		DE: "überschneidet sich mit einem Zeitraum, der weiter oben in der Liste steht",
	}
}

// CreateOrganisation enters an organisation. A name that is taken is an outcome
// in the payload; an umbrella body that does not exist is NOT_FOUND.
func (s *Service) CreateOrganisation(ctx context.Context, in CreateOrganisationInput) (*CreateOrganisationPayload, error) {
	viewer, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	if err := in.Validate(s.regions.Today()); err != nil {
		return nil, err
	}
	now := s.timestamp()
	wish := idempotency.Wish{
		Key: in.IdempotencyKey, Actor: viewer.Subject, Operation: "createOrganisation", Input: in, ID: s.newID(), Now: now,
	}
	created, err := idempotency.Create(ctx, s.db, wish, func(tx *postgres.Tx) (*Organisation, error) {
		g := &Organisation{UUID: wish.ID, Name: in.Name, Kind: in.Kind, Version: 1, CreatedAt: now, UpdatedAt: now}
		if err := insertOrganisation(ctx, tx, g); err != nil {
			return nil, err
		}
		after := periodsOf(g.UUID, in.FormerNames, in.Memberships)
		if err := replacePeriods(ctx, tx, g.UUID, after, organisationPeriods{}); err != nil {
			return nil, err
		}
		return g, history.Write(ctx, tx, nil, g, nil, after)
	}, func(tx *postgres.Tx, id uuid.UUID) (*Organisation, error) {
		return first(organisationsByID(ctx, tx, []uuid.UUID{id}))
	})
	outcomes, err := fault.Outcomes(violated(err))
	if err != nil {
		return nil, err
	}
	return &CreateOrganisationPayload{Organisation: created, UserErrors: outcomes}, nil
}

// UpdateOrganisation changes an organisation. A version that has passed and a
// name that is taken are outcomes in the payload, beside the organisation as it
// is; an organisation or umbrella body that does not exist is NOT_FOUND.
func (s *Service) UpdateOrganisation(ctx context.Context, in UpdateOrganisationInput) (*UpdateOrganisationPayload, error) {
	if _, err := auth.Require(ctx); err != nil {
		return nil, err
	}
	if err := in.Validate(s.regions.Today()); err != nil {
		return nil, err
	}
	payload := &UpdateOrganisationPayload{}
	err := s.db.Tx(ctx, func(tx *postgres.Tx) error {
		if given := in.Memberships.Value(); given != nil && len(*given) > 0 {
			if err := lockMemberships(ctx, tx); err != nil {
				return err
			}
		}
		present, err := lockOrganisation(ctx, tx, in.ID.UUID)
		if errors.Is(err, postgres.ErrNoRows) {
			return fault.Missing("input.id", "organisation", "Organisation")
		} else if err != nil {
			return err
		}
		payload.Organisation = present
		if err := patch.SameVersion(in.ExpectedVersion, present.Version); err != nil {
			return err
		}
		changed := *present
		patch.Set(&changed.Name, in.Name)
		patch.Set(&changed.Kind, in.Kind)
		if changed == *present && in.FormerNames.Value() == nil && in.Memberships.Value() == nil {
			return nil
		}
		changed.Version++
		changed.UpdatedAt = s.timestamp()
		if err := s.changeOrganisation(ctx, tx, present, &changed, in); err != nil {
			return err
		}
		payload.Organisation = &changed
		return nil
	})
	if payload.UserErrors, err = fault.Outcomes(violated(err)); err != nil {
		return nil, err
	}
	return payload, nil
}

func (s *Service) changeOrganisation(ctx context.Context, tx *postgres.Tx, present, changed *Organisation, in UpdateOrganisationInput) error {
	if err := updateOrganisation(ctx, tx, changed); err != nil {
		return err
	}
	var before organisationPeriods
	var names []FormerNameInput
	var memberships []MembershipInput
	var err error
	if given := in.FormerNames.Value(); given != nil {
		names = *given
		if before.names, err = formerNamesOf(ctx, tx, []uuid.UUID{present.UUID}); err != nil {
			return err
		}
	}
	if given := in.Memberships.Value(); given != nil {
		memberships = *given
		if before.memberships, err = membershipsOf(ctx, tx, []uuid.UUID{present.UUID}, nil); err != nil {
			return err
		}
	}
	after := periodsOf(present.UUID, names, memberships)
	if err := replacePeriods(ctx, tx, present.UUID, after, before); err != nil {
		return err
	}
	if err := checkCircle(ctx, tx, present.UUID, after.memberships); err != nil {
		return err
	}
	return history.Write(ctx, tx, present, changed, before, after)
}

// organisationPeriods are the rows of what an organisation was and is for a
// time.
type organisationPeriods struct {
	names       []*OrganisationNaming
	memberships []*OrganisationMembership
}

func periodsOf(organisation uuid.UUID, names []FormerNameInput, memberships []MembershipInput) organisationPeriods {
	var rows organisationPeriods
	for _, n := range names {
		rows.names = append(rows.names, &OrganisationNaming{OrganisationID: organisation, Name: n.Name, Kind: n.Kind, ValidFrom: n.ValidFrom, ValidTo: &n.ValidTo})
	}
	for _, m := range memberships {
		rows.memberships = append(rows.memberships, &OrganisationMembership{MemberID: organisation, UmbrellaID: m.UmbrellaID.UUID, ValidFrom: m.ValidFrom, ValidTo: m.ValidTo})
	}
	return rows
}

func replacePeriods(ctx context.Context, tx *postgres.Tx, organisation uuid.UUID, rows, present organisationPeriods) error {
	if err := checkUmbrellas(ctx, tx, rows.memberships); err != nil {
		return err
	}
	if err := replaceRows(ctx, tx, organisation, deleteFormerNamesSQL, insertFormerNamesSQL, rows.names, present.names); err != nil {
		return err
	}
	return replaceRows(ctx, tx, organisation, deleteMembershipsSQL, insertMembershipsSQL, rows.memberships, present.memberships)
}

// AddTo adds the periods to the state of an organisation.
func (p organisationPeriods) AddTo(record *history.Record) {
	for _, n := range p.names {
		record.AddItem("formerNames."+n.ValidTo.String(), n)
	}
	for _, m := range p.memberships {
		from := "always"
		if m.ValidFrom != nil {
			from = m.ValidFrom.String()
		}
		record.AddItem("memberships."+organisationID(m.UmbrellaID)+"."+from, m)
	}
}
