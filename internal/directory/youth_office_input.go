package directory

import (
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/idempotency"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/patch"
	"ombudsnetz/internal/text"
)

// CreateYouthWelfareOfficeInput is the GraphQL input of the same name.
type CreateYouthWelfareOfficeInput struct {
	IdempotencyKey *string
	Name           string
	Kind           YouthWelfareOfficeKind
	CarrierID      ident.ID
	Phone          *string
	Email          *string
	Website        *string
}

// CreateYouthWelfareOfficePayload is the GraphQL type of the same name.
type CreateYouthWelfareOfficePayload struct {
	YouthWelfareOffice *YouthWelfareOffice
	UserErrors         []*fault.Error
}

// UpdateYouthWelfareOfficeInput is the GraphQL input of the same name.
type UpdateYouthWelfareOfficeInput struct {
	ID              ident.ID
	ExpectedVersion int
	Name            patch.Field[string]
	CarrierID       patch.Field[ident.ID]
	Phone           patch.Field[string]
	Email           patch.Field[string]
	Website         patch.Field[string]
}

// UpdateYouthWelfareOfficePayload is the GraphQL type of the same name.
type UpdateYouthWelfareOfficePayload struct {
	YouthWelfareOffice *YouthWelfareOffice
	UserErrors         []*fault.Error
}

// CreateProceduralGuidePostInput is the GraphQL input of the same name.
type CreateProceduralGuidePostInput struct {
	IdempotencyKey       *string
	Name                 string
	YouthWelfareOfficeID ident.ID
	BenefitCarrierType   BenefitCarrierType
	Phone                *string
	Email                *string
	Website              *string
}

// CreateProceduralGuidePostPayload is the GraphQL type of the same name.
type CreateProceduralGuidePostPayload struct {
	ProceduralGuidePost *ProceduralGuidePost
	UserErrors          []*fault.Error
}

// UpdateProceduralGuidePostInput is the GraphQL input of the same name.
type UpdateProceduralGuidePostInput struct {
	ID                 ident.ID
	ExpectedVersion    int
	Name               patch.Field[string]
	BenefitCarrierType patch.Field[BenefitCarrierType]
	Phone              patch.Field[string]
	Email              patch.Field[string]
	Website            patch.Field[string]
}

// UpdateProceduralGuidePostPayload is the GraphQL type of the same name.
type UpdateProceduralGuidePostPayload struct {
	ProceduralGuidePost *ProceduralGuidePost
	UserErrors          []*fault.Error
}

// Validate normalises the texts and returns everything that is wrong with the
// input.
func (in *CreateYouthWelfareOfficeInput) Validate() error {
	var problems fault.Problems
	idempotency.Check(in.IdempotencyKey, &problems)
	text.Line(&in.Name, maxName, "input.name", &problems)
	in.CarrierID.Check("input.carrierId", &problems, ident.Organisation)
	checkReach(in.Phone, in.Email, in.Website, &problems)
	return problems.Err()
}

// Validate normalises the texts and returns everything that is wrong with the
// input.
func (in *UpdateYouthWelfareOfficeInput) Validate() error {
	var problems fault.Problems
	in.ID.Check("input.id", &problems, ident.YouthWelfareOffice)
	patch.CheckVersion(in.ExpectedVersion, &problems)
	patch.Check(in.Name, "input.name", &problems, func(name *string) { text.Line(name, maxName, "input.name", &problems) })
	patch.Check(in.CarrierID, "input.carrierId", &problems, func(id *ident.ID) { id.Check("input.carrierId", &problems, ident.Organisation) })
	checkReach(in.Phone.Value(), in.Email.Value(), in.Website.Value(), &problems)
	return problems.Err()
}

// Validate normalises the texts and returns everything that is wrong with the
// input.
func (in *CreateProceduralGuidePostInput) Validate() error {
	var problems fault.Problems
	idempotency.Check(in.IdempotencyKey, &problems)
	text.Line(&in.Name, maxName, "input.name", &problems)
	in.YouthWelfareOfficeID.Check("input.youthWelfareOfficeId", &problems, ident.YouthWelfareOffice)
	checkReach(in.Phone, in.Email, in.Website, &problems)
	return problems.Err()
}

// Validate normalises the texts and returns everything that is wrong with the
// input.
func (in *UpdateProceduralGuidePostInput) Validate() error {
	var problems fault.Problems
	in.ID.Check("input.id", &problems, ident.ProceduralGuidePost)
	patch.CheckVersion(in.ExpectedVersion, &problems)
	patch.Check(in.Name, "input.name", &problems, func(name *string) { text.Line(name, maxName, "input.name", &problems) })
	patch.Check(in.BenefitCarrierType, "input.benefitCarrierType", &problems, func(*BenefitCarrierType) {})
	checkReach(in.Phone.Value(), in.Email.Value(), in.Website.Value(), &problems)
	return problems.Err()
}

func (in *UpdateYouthWelfareOfficeInput) apply(office YouthWelfareOffice) YouthWelfareOffice {
	patch.Set(&office.Name, in.Name)
	if id := in.CarrierID.Value(); id != nil {
		office.CarrierID = id.UUID
	}
	patch.Reset(&office.Phone, in.Phone)
	patch.Reset(&office.Email, in.Email)
	patch.Reset(&office.Website, in.Website)
	return office
}

func (in *UpdateProceduralGuidePostInput) apply(post ProceduralGuidePost) ProceduralGuidePost {
	patch.Set(&post.Name, in.Name)
	patch.Set(&post.BenefitCarrierType, in.BenefitCarrierType)
	patch.Reset(&post.Phone, in.Phone)
	patch.Reset(&post.Email, in.Email)
	patch.Reset(&post.Website, in.Website)
	return post
}

// checkReach checks the ways to reach an office that are given.
func checkReach(phone, email, website *string, problems *fault.Problems) {
	for _, way := range []struct {
		kind  ContactChannelKind
		value *string
		path  string
	}{{Phone, phone, "input.phone"}, {Email, email, "input.email"}, {Website, website, "input.website"}} {
		if way.value == nil || !text.Line(way.value, maxText, way.path, problems) {
			continue
		}
		if wanted, fits := way.kind.form(*way.value); !fits {
			problems.Add(way.path, wanted)
		}
	}
}
