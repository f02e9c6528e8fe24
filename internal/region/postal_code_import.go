package region

import (
	"context"

	"ombudsnetz/internal/postgres"
)

// PreviewPostalCodes tells what rows would change, and changes nothing.
func (i *Importer) PreviewPostalCodes(ctx context.Context, rows []PostalCodeRow) (*PostalCodeDiff, error) {
	return i.comparePostalCodes(ctx, i.db, rows)
}

func (i *Importer) comparePostalCodes(ctx context.Context, q postgres.Queryer, rows []PostalCodeRow) (*PostalCodeDiff, error) {
	all, err := allKept(ctx, q)
	if err != nil {
		return nil, err
	}
	present, err := postgres.Rows[delivery](ctx, q, `
SELECT p.code, p.region_id, p.place, p.latitude, p.longitude, r.key AS region_key
FROM postal_code_place p JOIN region r ON r.id = p.region_id ORDER BY p.code, r.key, p.place`)
	if err != nil {
		return nil, err
	}
	return comparePostalCodes(rows, present, all, i.today()), nil
}

// ApplyPostalCodes makes rows all the places of postal codes, apart from
// contradictory ones, and tells what it has changed.
func (i *Importer) ApplyPostalCodes(ctx context.Context, rows []PostalCodeRow, progress Progress) (*PostalCodeDiff, error) {
	var diff *PostalCodeDiff
	err := i.db.Tx(ctx, func(tx *postgres.Tx) (err error) {
		// Readers go on; a second import waits and then finds nothing to do.
		if _, err = tx.Exec(ctx, `LOCK TABLE region, postal_code_place IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		if diff, err = i.comparePostalCodes(ctx, tx, rows); err != nil {
			return err
		}
		send := func(sql string) func([]delivery) error {
			return func(rows []delivery) error {
				_, err := tx.Exec(ctx, sql, postgres.JSON[[]delivery]{V: rows})
				return err
			}
		}
		if err := inChunks(diff.remove, "removed", progress, send(removePostalCodesSQL)); err != nil {
			return err
		}
		if err := inChunks(diff.put, "entered", progress, send(putPostalCodesSQL)); err != nil || diff.Empty() {
			return err
		}
		return analyze(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return diff, nil
}

const removePostalCodesSQL = `
DELETE FROM postal_code_place p USING jsonb_to_recordset($1::jsonb) AS x(code text, region_id uuid, place text)
WHERE p.code = x.code AND p.region_id = x.region_id AND p.place = x.place`

const putPostalCodesSQL = `
INSERT INTO postal_code_place (code, region_id, place, latitude, longitude)
SELECT x.code, x.region_id, x.place, x.latitude, x.longitude
FROM jsonb_to_recordset($1::jsonb) AS x(code text, region_id uuid, place text, latitude numeric, longitude numeric)
ON CONFLICT (code, region_id, place) DO UPDATE SET latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude`
