package directory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
)

// checkUmbrellas refuses memberships in what is no umbrella body, and keeps the
// umbrella bodies as they are until the transaction ends.
func checkUmbrellas(ctx context.Context, tx *postgres.Tx, memberships []*OrganisationMembership) error {
	if len(memberships) == 0 {
		return nil
	}
	rows, err := lockUmbrellas(ctx, tx, umbrellasOf(memberships))
	if err != nil {
		return err
	}
	kinds := map[uuid.UUID]OrganisationKind{}
	for _, row := range rows {
		kinds[row.UUID] = row.Kind
	}
	var unknown, wrong fault.Problems
	for i, m := range memberships {
		field := at("input.memberships", i) + ".umbrellaId"
		switch kind, there := kinds[m.UmbrellaID]; {
		case !there:
			unknown = append(unknown, fault.Missing(field, "organisation", "Organisation"))
		case kind != UmbrellaBody:
			wrong = append(wrong, fault.New(fault.Conflict, fault.Text{
				EN: "is no umbrella body, and only they have members",
				DE: "ist kein Dachverband, und nur Dachverbände haben Mitglieder",
			}).At(field))
		}
	}
	if err := unknown.Err(); err != nil {
		return err
	}
	return wrong.Err()
}

// checkCircle refuses memberships by which an organisation would on some day be
// above itself. They are stored already, and nobody else stores any until the
// transaction ends.
func checkCircle(ctx context.Context, tx *postgres.Tx, organisation uuid.UUID, memberships []*OrganisationMembership) error {
	if len(memberships) == 0 {
		return nil
	}
	closing, err := closingCircles(ctx, tx, organisation)
	if err != nil {
		return err
	}
	var problems fault.Problems
	for i, m := range memberships {
		if slices.Contains(closing, m.UmbrellaID) {
			problems = append(problems, fault.New(fault.Conflict, fault.Text{
				EN: "is itself a member of the organisation at the same time, directly or through others",
				DE: "ist zur selben Zeit selbst Mitglied der Organisation, direkt oder über andere",
			}).At(at("input.memberships", i)+".umbrellaId"))
		}
	}
	return problems.Err()
}

// stillUmbrella is the fault of making something else of an umbrella body that
// has members, or had them.
func stillUmbrella() *fault.Error {
	return fault.New(fault.Conflict, fault.Text{
		EN: "must stay UMBRELLA_BODY: the organisation has members, or had them",
		DE: "muss UMBRELLA_BODY bleiben: die Organisation hat oder hatte Mitglieder",
	}).At("input.kind")
}

func umbrellasOf(memberships []*OrganisationMembership) []uuid.UUID {
	ids := make([]uuid.UUID, len(memberships))
	for i, m := range memberships {
		ids[i] = m.UmbrellaID
	}
	return ids
}

type umbrella struct {
	UUID uuid.UUID        `db:"id"`
	Kind OrganisationKind `db:"kind"`
}

func lockUmbrellas(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]umbrella, error) {
	return postgres.Values[umbrella](ctx, tx, `SELECT g.id, g.kind FROM organisation g WHERE g.id = ANY($1::uuid[]) ORDER BY g.id FOR SHARE`, ids)
}

// lockMemberships lets nobody else change memberships: two changes that know
// nothing of each other could make a circle together.
func lockMemberships(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.Exec(ctx, `LOCK TABLE organisation_membership IN SHARE ROW EXCLUSIVE MODE`)
	return err
}

// closingCircles returns the umbrella bodies of an organisation from which
// memberships lead back to it, all of them on one day.
func closingCircles(ctx context.Context, tx *postgres.Tx, organisation uuid.UUID) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
WITH RECURSIVE above(id, first, during) AS (
    SELECT m.umbrella_id, m.umbrella_id AS first, daterange(m.valid_from, m.valid_to) FROM organisation_membership m WHERE m.member_id = $1
    UNION
    SELECT m.umbrella_id, a.first, a.during * daterange(m.valid_from, m.valid_to)
    FROM above a JOIN organisation_membership m ON m.member_id = a.id AND a.during && daterange(m.valid_from, m.valid_to)
    WHERE a.id <> $1
)
SELECT DISTINCT a.first FROM above a WHERE a.id = $1`, organisation)
}
