package directory

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/postgres"
)

// OrganisationNaming is what an organisation was called and was for a time.
type OrganisationNaming struct {
	OrganisationID uuid.UUID        `db:"organisation_id" json:"organisation_id" history:"-"`
	Name           string           `db:"name" json:"name"`
	Kind           OrganisationKind `db:"kind" json:"kind"`
	ValidFrom      *civil.Date      `db:"valid_from" json:"valid_from"`
	ValidTo        *civil.Date      `db:"valid_to" json:"valid_to"`
}

// OrganisationMembership is the membership of an organisation in an umbrella
// body.
type OrganisationMembership struct {
	MemberID   uuid.UUID   `db:"member_id" json:"member_id" history:"-"`
	UmbrellaID uuid.UUID   `db:"umbrella_id" json:"umbrella_id" history:"org"`
	ValidFrom  *civil.Date `db:"valid_from" json:"valid_from"`
	ValidTo    *civil.Date `db:"valid_to" json:"valid_to"`
}

// FormerNamesOf returns what each organisation was called before, the earliest
// first.
func (s *Service) FormerNamesOf(ctx context.Context, organisations []uuid.UUID) ([][]*OrganisationNaming, error) {
	rows, err := formerNamesOf(ctx, s.db, organisations)
	if err != nil {
		return nil, err
	}
	return batch.Many(organisations, rows, func(n *OrganisationNaming) uuid.UUID { return n.OrganisationID }), nil
}

// NamingsOn returns what each organisation was called on a day: by its present
// name where no former one is recorded.
func (s *Service) NamingsOn(ctx context.Context, organisations []*Organisation, day civil.Date) ([]*OrganisationNaming, error) {
	ids := make([]uuid.UUID, len(organisations))
	for i, g := range organisations {
		ids[i] = g.UUID
	}
	former, err := s.FormerNamesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	namings := make([]*OrganisationNaming, len(organisations))
	for i, g := range organisations {
		namings[i] = g.namingOn(former[i], day)
	}
	return namings, nil
}

// namingOn finds day among former names, of which the earliest comes first.
func (o *Organisation) namingOn(former []*OrganisationNaming, day civil.Date) *OrganisationNaming {
	present := &OrganisationNaming{OrganisationID: o.UUID, Name: o.Name, Kind: o.Kind}
	for _, n := range former {
		switch {
		case !day.Before(*n.ValidTo):
			present.ValidFrom = n.ValidTo
		case n.ValidFrom == nil || !day.Before(*n.ValidFrom):
			return n
		default:
			// A gap, which the present name fills.
			present.ValidTo = n.ValidFrom
			return present
		}
	}
	return present
}

// MembershipsOf returns in which umbrella bodies each organisation is a member
// on a day, or ever when nil.
func (s *Service) MembershipsOf(ctx context.Context, organisations []uuid.UUID, day *civil.Date) ([][]*OrganisationMembership, error) {
	rows, err := membershipsOf(ctx, s.db, organisations, day)
	if err != nil {
		return nil, err
	}
	return batch.Many(organisations, rows, func(m *OrganisationMembership) uuid.UUID { return m.MemberID }), nil
}

// lockOrganisation reads an organisation that is about to be changed.
func lockOrganisation(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (*Organisation, error) {
	g, err := postgres.Row[Organisation](ctx, tx, `SELECT `+organisationColumns+` FROM organisation g WHERE g.id = $1 FOR UPDATE`, id)
	return &g, err
}

func updateOrganisation(ctx context.Context, tx *postgres.Tx, g *Organisation) error {
	_, err := tx.Exec(ctx, `UPDATE organisation SET name = $2, kind = $3, version = $4, updated_at = $5 WHERE id = $1`,
		g.UUID, g.Name, g.Kind, g.Version, g.UpdatedAt)
	return err
}

func existingOrganisations(ctx context.Context, q postgres.Queryer, ids []uuid.UUID) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, q, `SELECT g.id FROM organisation g WHERE g.id = ANY($1::uuid[])`, ids)
}

func formerNamesOf(ctx context.Context, q postgres.Queryer, organisations []uuid.UUID) ([]*OrganisationNaming, error) {
	return postgres.Rows[OrganisationNaming](ctx, q, `
SELECT n.organisation_id, n.name, n.kind, n.valid_from, n.valid_to
FROM organisation_former_name n WHERE n.organisation_id = ANY($1::uuid[]) ORDER BY n.organisation_id, n.valid_to`, organisations)
}

const (
	deleteFormerNamesSQL = `DELETE FROM organisation_former_name WHERE organisation_id = $1`
	insertFormerNamesSQL = `
INSERT INTO organisation_former_name (organisation_id, name, kind, valid_from, valid_to)
SELECT organisation_id, name, kind, valid_from, valid_to
FROM jsonb_to_recordset($1::jsonb) AS x(organisation_id uuid, name text, kind text, valid_from date, valid_to date)`
)

func membershipsOf(ctx context.Context, q postgres.Queryer, organisations []uuid.UUID, day *civil.Date) ([]*OrganisationMembership, error) {
	var t postgres.Text
	t.Add(`SELECT m.member_id, m.umbrella_id, m.valid_from, m.valid_to FROM organisation_membership m WHERE m.member_id = ANY(?::uuid[])`, organisations)
	if day != nil {
		t.Add(` AND (m.valid_from IS NULL OR m.valid_from <= ?) AND (m.valid_to IS NULL OR m.valid_to > ?)`, *day, *day)
	}
	t.Add(` ORDER BY m.member_id, m.valid_from NULLS FIRST, m.umbrella_id`)
	return postgres.Rows[OrganisationMembership](ctx, q, t.SQL(), t.Args()...)
}

const (
	deleteMembershipsSQL = `DELETE FROM organisation_membership WHERE member_id = $1`
	insertMembershipsSQL = `
INSERT INTO organisation_membership (member_id, umbrella_id, valid_from, valid_to)
SELECT member_id, umbrella_id, valid_from, valid_to
FROM jsonb_to_recordset($1::jsonb) AS x(member_id uuid, umbrella_id uuid, valid_from date, valid_to date)`
)
