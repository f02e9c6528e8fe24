// Package idempotency lets a client repeat a creation without doubling it: on a
// train, after a time-out, after a double click.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
)

// Retention is how long a key is remembered.
const Retention = 24 * time.Hour

// MaxKeyLength is the greatest length of a key in characters.
const MaxKeyLength = 100

// Wish is a creation that may be asked for more than once.
type Wish struct {
	// Key was made up by the client; without one the creation is not remembered.
	Key *string
	// Actor and Operation: the same key of another actor is another key, and a
	// key is good for one operation.
	Actor     string
	Operation string
	// Input is hashed, to tell a repetition from another wish under an old key.
	Input any
	// ID is what will be created if this is the first time.
	ID  uuid.UUID
	Now time.Time
}

// Check returns what is wrong with a client's key.
func Check(key *string, problems *fault.Problems) {
	if key != nil && (*key == "" || utf8.RuneCountInString(*key) > MaxKeyLength) {
		problems.Add("input.idempotencyKey", fault.Text{
			EN: fmt.Sprintf("must have 1 to %d characters", MaxKeyLength),
			DE: fmt.Sprintf("muss 1 bis %d Zeichen lang sein", MaxKeyLength),
		})
	}
}

// Claim returns the id of what the wish created: wish.ID when this is the first
// time, and the caller now has to create it in tx; another id when it was
// created before. A concurrent transaction with the same key is waited for. The
// same key with another input is IDEMPOTENCY_KEY_REUSED.
func Claim(ctx context.Context, tx *postgres.Tx, wish Wish) (uuid.UUID, error) {
	if wish.Key == nil {
		return wish.ID, nil
	}
	text, err := json.Marshal(wish.Input)
	if err != nil {
		return uuid.Nil, fmt.Errorf("hash the input of %s: %w", wish.Operation, err)
	}
	hash := sha256.Sum256(text)
	claimed, err := tx.Exec(ctx, claimSQL,
		wish.Actor, *wish.Key, wish.Operation, hash[:], wish.ID, wish.Now, wish.Now.Add(-Retention))
	if err != nil {
		return uuid.Nil, err
	}
	if claimed == 1 {
		return wish.ID, nil
	}
	var earlier struct {
		ResultID uuid.UUID `db:"result_id"`
		Same     bool      `db:"same"`
	}
	if err := tx.Get(ctx, &earlier, earlierSQL, wish.Actor, *wish.Key, wish.Operation, hash[:]); err != nil {
		return uuid.Nil, err
	}
	if !earlier.Same {
		return uuid.Nil, &fault.Error{Code: fault.IdempotencyKeyReused, Field: "input.idempotencyKey", Text: fault.Text{
			EN: "was used before with another input",
			DE: "wurde schon mit anderen Angaben verwendet",
		}}
	}
	return earlier.ResultID, nil
}

// Create grants a wish in a transaction of its own: create is called the first
// time, earlier with the id of what was created whenever the wish is repeated.
func Create[T any](ctx context.Context, db *postgres.DB, wish Wish, create func(*postgres.Tx) (*T, error), earlier func(*postgres.Tx, uuid.UUID) (*T, error)) (*T, error) {
	var object *T
	err := db.Tx(ctx, func(tx *postgres.Tx) error {
		id, err := Claim(ctx, tx, wish)
		if err != nil {
			return err
		}
		if id == wish.ID {
			object, err = create(tx)
		} else {
			object, err = earlier(tx, id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return object, nil
}

// Sweep forgets the keys that are older than Retention.
func Sweep(ctx context.Context, db *postgres.DB, now time.Time) error {
	_, err := db.Exec(ctx, `DELETE FROM idempotency_key WHERE created_at < $1`, now.Add(-Retention))
	return err
}

const claimSQL = `
INSERT INTO idempotency_key AS k (actor, key, operation, input_hash, result_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (actor, key) DO UPDATE
SET operation = EXCLUDED.operation, input_hash = EXCLUDED.input_hash,
    result_id = EXCLUDED.result_id, created_at = EXCLUDED.created_at
WHERE k.created_at < $7`

const earlierSQL = `
SELECT result_id, operation = $3 AND input_hash = $4 AS same
FROM idempotency_key WHERE actor = $1 AND key = $2`
