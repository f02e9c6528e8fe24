package directory

import (
	"context"

	"github.com/google/uuid"

	"ombudsnetz/internal/batch"
	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

// OrganisationMember is an organisation that is or was a member of an umbrella
// body.
type OrganisationMember struct {
	Member    Organisation `db:"member"`
	ValidFrom *civil.Date  `db:"valid_from"`
	ValidTo   *civil.Date  `db:"valid_to"`
}

// Organisation is the member.
func (m *OrganisationMember) Organisation() *Organisation { return &m.Member }

// MemberQuery is what a list of members was asked by.
type MemberQuery struct {
	Umbrella uuid.UUID
	AsOf     *civil.Date
}

// OrganisationMemberConnection is one page of members.
type OrganisationMemberConnection = page.Connection[*OrganisationMember, MemberQuery]

// OrganisationMemberEdge is a member and its place in a list.
type OrganisationMemberEdge = page.Edge[*OrganisationMember]

// MembersOf returns for each organisation a page of its members on a day, or
// ever when nil, by name.
func (s *Service) MembersOf(ctx context.Context, umbrellas []uuid.UUID, day *civil.Date, args page.Args) ([]*OrganisationMemberConnection, error) {
	asked, err := page.Read(s.codec, memberOrder(), args)
	if err != nil {
		return nil, err
	}
	rows, err := membersOf(ctx, s.db, distinctIDs(umbrellas), day, asked)
	if err != nil {
		return nil, err
	}
	pages := make([]*OrganisationMemberConnection, len(umbrellas))
	for i, found := range batch.Many(umbrellas, rows, func(m *memberOf) uuid.UUID { return m.Umbrella }) {
		members := make([]*OrganisationMember, len(found))
		for j, m := range found {
			members[j] = &m.OrganisationMember
		}
		pages[i] = page.Connect(asked, members, MemberQuery{Umbrella: umbrellas[i], AsOf: day})
	}
	return pages, nil
}

// CountMembers returns how many members each list has on all its pages together.
// Lists of one request share their day.
func (s *Service) CountMembers(ctx context.Context, lists []*OrganisationMemberConnection) ([]int, error) {
	umbrellas := make([]uuid.UUID, len(lists))
	for i, l := range lists {
		umbrellas[i] = l.Query.Umbrella
	}
	rows, err := countMembersOf(ctx, s.db, distinctIDs(umbrellas), lists[0].Query.AsOf)
	if err != nil {
		return nil, err
	}
	counted := batch.One(umbrellas, rows, func(c *memberCount) uuid.UUID { return c.Umbrella })
	counts := make([]int, len(lists))
	for i, c := range counted {
		if c != nil {
			counts[i] = c.N
		}
	}
	return counts, nil
}

func distinctIDs(ids []uuid.UUID) []uuid.UUID {
	return batch.Distinct(ids, func(id uuid.UUID) uuid.UUID { return id })
}

func memberOrder() page.Order[*OrganisationMember] {
	return page.Order[*OrganisationMember]{
		Name: "organisationMember.NAME",
		Columns: []page.Column{
			{Expression: "n.name", Type: "text"}, {Expression: "n.id", Type: "uuid"}, {Expression: "n.since", Type: "date"},
		},
		Values: func(m *OrganisationMember) []string {
			since := "-infinity"
			if m.ValidFrom != nil {
				since = m.ValidFrom.String()
			}
			return []string{m.Member.Name, m.Member.UUID.String(), since}
		},
	}
}

// memberOf is a member in the list of one umbrella body.
type memberOf struct {
	Umbrella uuid.UUID `db:"umbrella"`
	OrganisationMember
}

func membersOf(ctx context.Context, q postgres.Queryer, umbrellas []uuid.UUID, day *civil.Date, asked page.Page[*OrganisationMember]) ([]*memberOf, error) {
	behind, args := asked.Behind()
	var t postgres.Text
	t.Add(`SELECT u.id AS umbrella, n.valid_from, n.valid_to, n.id AS "member.id", n.name AS "member.name", n.kind AS "member.kind",
	n.version AS "member.version", n.created_at AS "member.created_at", n.updated_at AS "member.updated_at"
FROM unnest(?::uuid[]) AS u(id) CROSS JOIN LATERAL (
	SELECT n.valid_from, n.valid_to, n.since, n.id, n.name, n.kind, n.version, n.created_at, n.updated_at FROM (
		SELECT m.valid_from, m.valid_to, coalesce(m.valid_from, '-infinity') AS since, `+organisationColumns+`
		FROM organisation_membership m JOIN organisation g ON g.id = m.member_id WHERE m.umbrella_id = u.id`, umbrellas)
	whereMemberOn(&t, day)
	t.Add(`) n WHERE `+behind, args...)
	t.Add(` ORDER BY `+asked.By()+` LIMIT ?) n ORDER BY u.id, `+asked.By(), asked.Limit())
	return postgres.Rows[memberOf](ctx, q, t.SQL(), t.Args()...)
}

func whereMemberOn(t *postgres.Text, day *civil.Date) {
	if day != nil {
		t.Add(` AND (m.valid_from IS NULL OR m.valid_from <= ?) AND (m.valid_to IS NULL OR m.valid_to > ?)`, *day, *day)
	}
}

type memberCount struct {
	Umbrella uuid.UUID `db:"umbrella_id"`
	N        int       `db:"n"`
}

func countMembersOf(ctx context.Context, q postgres.Queryer, umbrellas []uuid.UUID, day *civil.Date) ([]*memberCount, error) {
	var t postgres.Text
	t.Add(`SELECT m.umbrella_id, count(*) AS n FROM organisation_membership m WHERE m.umbrella_id = ANY(?::uuid[])`, umbrellas)
	whereMemberOn(&t, day)
	t.Add(` GROUP BY m.umbrella_id`)
	return postgres.Rows[memberCount](ctx, q, t.SQL(), t.Args()...)
}
