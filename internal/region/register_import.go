package region

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/postgres"
)

// Importer brings official files into the database: first it tells what a file
// would change, then it does so in one transaction.
type Importer struct {
	db    *postgres.DB
	today func() civil.Date
	newID func() uuid.UUID
}

// NewImporter returns an importer into the database of regions.
func NewImporter(db *postgres.DB, regions *Service, newID func() uuid.UUID) *Importer {
	return &Importer{db: db, today: regions.Today, newID: newID}
}

// PreviewRegister tells what register would change, and changes nothing.
func (i *Importer) PreviewRegister(ctx context.Context, register *Register, options RegisterOptions) (*RegisterDiff, error) {
	all, err := allKept(ctx, i.db)
	if err != nil {
		return nil, err
	}
	return compareRegister(register, all, options), nil
}

// ApplyRegister makes the database agree with register and tells what it has
// changed. Regions that are gone end; none is deleted. What is contradictory
// stays as it is.
func (i *Importer) ApplyRegister(ctx context.Context, register *Register, options RegisterOptions, progress Progress) (*RegisterDiff, error) {
	var diff *RegisterDiff
	err := i.db.Tx(ctx, func(tx *postgres.Tx) error {
		// Readers go on; a second import waits and then finds nothing to do.
		if _, err := tx.Exec(ctx, `LOCK TABLE region, postal_code_place IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		all, err := allKept(ctx, tx)
		if err != nil {
			return err
		}
		diff = compareRegister(register, all, options)
		populationOn := register.On
		if options.PopulationOn != nil {
			populationOn = *options.PopulationOn
		}
		w := registerWriter{ctx: ctx, tx: tx, diff: diff, populationOn: populationOn, newID: i.newID, progress: progress}
		return w.write()
	})
	if err != nil {
		return nil, err
	}
	return diff, nil
}

func allKept(ctx context.Context, q postgres.Queryer) ([]*kept, error) {
	return postgres.Rows[kept](ctx, q, `SELECT `+columns+`, r.parent_key FROM region r ORDER BY r.key, r.valid_from NULLS FIRST`)
}

// registerWriter writes one difference.
type registerWriter struct {
	ctx          context.Context //nolint:containedctx // lives for one transaction
	tx           *postgres.Tx
	diff         *RegisterDiff
	populationOn civil.Date
	newID        func() uuid.UUID
	progress     Progress
}

// write ends what is gone first, so that its keys are free, and tells who took
// over when these are there.
func (w *registerWriter) write() error {
	steps := []func() error{w.end, w.insert, w.update, w.succeed}
	if !w.diff.Empty() {
		steps = append(steps, func() error { return analyze(w.ctx, w.tx) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// analyze lets the planner see at once what an import has changed.
func analyze(ctx context.Context, tx *postgres.Tx) error {
	_, err := tx.Exec(ctx, `ANALYZE region, postal_code_place`)
	return err
}

func (w *registerWriter) end() error {
	return inChunks(w.diff.end, "ended", w.progress, func(rows []registerEnd) error {
		ids := make([]uuid.UUID, len(rows))
		for i, row := range rows {
			ids[i] = row.id
		}
		_, err := w.tx.Exec(w.ctx, `UPDATE region SET valid_to = $2 WHERE id = ANY($1::uuid[])`, ids, w.diff.On)
		return err
	})
}

// registerRow is an entry as it travels to the database.
type registerRow struct {
	ID           uuid.UUID `json:"id"`
	Key          string    `json:"key"`
	Ars          *string   `json:"ars"`
	Level        Level     `json:"level"`
	Name         string    `json:"name"`
	OfficialName string    `json:"official_name"`
	Designation  string    `json:"designation"`
	Association  *string   `json:"association"`
	ParentKey    *string   `json:"parent_key"`
	ValidFrom    *string   `json:"valid_from"`
	Population   *int      `json:"population"`
	AreaKm2      *float64  `json:"area_km2"`
}

func (e *Entry) row(id uuid.UUID) registerRow {
	row := registerRow{
		ID: id, Key: e.Key, Ars: e.Ars, Level: e.Level, Name: e.Name, OfficialName: e.OfficialName, Designation: e.Designation,
		Association: e.Association, Population: e.Population, AreaKm2: e.AreaKm2,
	}
	if e.ParentKey != "" {
		row.ParentKey = &e.ParentKey
	}
	return row
}

// registerRecord reads rows that come as JSON, and finds the region above each.
const registerRecord = `
jsonb_to_recordset($1::jsonb) AS x(id uuid, key text, ars text, level text, name text, official_name text, designation text,
    association text, parent_key text, valid_from date, population integer, area_km2 numeric)
LEFT JOIN region p ON p.key = x.parent_key AND (p.valid_from IS NULL OR p.valid_from <= $2) AND (p.valid_to IS NULL OR p.valid_to > $2)`

const insertRegisterSQL = `
INSERT INTO region (id, key, ars, level, name, official_name, designation, association, parent_id, parent_key, valid_from,
    population, population_on, area_km2)
SELECT x.id, x.key, x.ars, x.level, x.name, x.official_name, x.designation, x.association, p.id, p.key, x.valid_from,
    x.population, CASE WHEN x.population IS NOT NULL THEN $3::date END, x.area_km2
FROM ` + registerRecord

// insert enters new regions level by level, because each refers to the one above.
// The first municipalities of a district, and the first regions of other levels in
// a Land, are taken to have always been there, unless the region above is new.
func (w *registerWriter) insert() error {
	begun := map[string]bool{}
	for _, level := range []Level{Land, GovernmentRegion, District, Municipality} {
		var rows []registerRow
		for _, e := range w.diff.insert {
			if e.Level != level {
				continue
			}
			row := e.row(w.newID())
			if begun[e.Key] = w.diff.known[siblings(e.Key, e.Level)] || begun[e.ParentKey]; begun[e.Key] {
				row.ValidFrom = new(w.diff.On.String())
			}
			rows = append(rows, row)
		}
		if err := w.send(rows, "entered", insertRegisterSQL); err != nil {
			return err
		}
	}
	return nil
}

const updateRegisterSQL = `
UPDATE region r SET ars = x.ars, name = x.name, official_name = x.official_name, designation = x.designation,
    association = x.association, parent_id = p.id, parent_key = p.key,
    population = coalesce(x.population, r.population),
    population_on = CASE WHEN x.population IS NULL THEN r.population_on ELSE $3::date END,
    area_km2 = coalesce(x.area_km2, r.area_km2)
FROM ` + registerRecord + `
WHERE r.id = x.id`

func (w *registerWriter) update() error {
	rows := make([]registerRow, len(w.diff.update))
	for i, u := range w.diff.update {
		rows[i] = u.row(u.id)
	}
	return w.send(rows, "changed", updateRegisterSQL)
}

func (w *registerWriter) send(rows []registerRow, step, sql string) error {
	return inChunks(rows, step, w.progress, func(rows []registerRow) error {
		_, err := w.tx.Exec(w.ctx, sql, postgres.JSON[[]registerRow]{V: rows}, w.diff.On, w.populationOn)
		return err
	})
}

// succeedSQL lets the places of postal codes go over to the successor as well.
const succeedSQL = `
WITH heirs AS (
    UPDATE region r SET successor_id = s.id
    FROM unnest($1::uuid[], $2::text[]) AS x(id, successor)
    JOIN region s ON s.key = x.successor AND (s.valid_from IS NULL OR s.valid_from <= $3) AND (s.valid_to IS NULL OR s.valid_to > $3)
    WHERE r.id = x.id
    RETURNING r.id, s.id AS successor_id
), moved AS (
    DELETE FROM postal_code_place p USING heirs WHERE p.region_id = heirs.id
    RETURNING p.code, heirs.successor_id, p.place, p.latitude, p.longitude
)
INSERT INTO postal_code_place (code, region_id, place, latitude, longitude)
SELECT DISTINCT ON (code, successor_id, place) code, successor_id, place, latitude, longitude FROM moved
ORDER BY code, successor_id, place
ON CONFLICT DO NOTHING`

func (w *registerWriter) succeed() error {
	ends := slices.DeleteFunc(slices.Clone(w.diff.end), func(e registerEnd) bool { return e.successor == "" })
	return inChunks(ends, "given a successor", w.progress, func(rows []registerEnd) error {
		ids, heirs := make([]uuid.UUID, len(rows)), make([]string, len(rows))
		for i, row := range rows {
			ids[i], heirs[i] = row.id, row.successor
		}
		_, err := w.tx.Exec(w.ctx, succeedSQL, ids, heirs, w.diff.On)
		return err
	})
}
