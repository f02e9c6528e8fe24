// Package export writes the directory of a Land as one document: as a package
// for phones that answers "who is responsible here" without a network, and as
// HSDS for other directories. Both are described in docs/exports.md.
package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/directory"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
	"ombudsnetz/internal/responsibility"
)

// Service writes exports.
type Service struct {
	db      *postgres.DB
	regions *region.Service
}

// NewService returns a service on db; regions know which day it is.
func NewService(db *postgres.DB, regions *region.Service) *Service {
	return &Service{db: db, regions: regions}
}

// Document is an export as JSON.
type Document struct {
	Body []byte
	// Version is the same for the same content, whichever server wrote it and
	// on whichever day.
	Version string
}

// Directory is the package of the Land with a key or ISO code.
func (s *Service) Directory(ctx context.Context, land string) (*Document, error) {
	day := s.regions.Today()
	read, err := s.read(ctx, land, day)
	if err != nil {
		return nil, err
	}
	content, err := encode(newContent(read))
	if err != nil {
		return nil, err
	}
	version := versionOf(content)
	head, err := encode(struct {
		Format  int        `json:"format"`
		Version string     `json:"version"`
		AsOf    civil.Date `json:"asOf"`
	}{format, version, day})
	if err != nil {
		return nil, err
	}
	// One object of both: the day is outside of what the version is made of.
	body := append(bytes.TrimSuffix(head, []byte("}")), ',')
	return &Document{Body: append(append(body, content[1:]...), '\n'), Version: version}, nil
}

// HSDS is the directory of the Land with a key or ISO code in the Human Services
// Data Specification.
func (s *Service) HSDS(ctx context.Context, land string) (*Document, error) {
	read, err := s.read(ctx, land, s.regions.Today())
	if err != nil {
		return nil, err
	}
	body, err := encode(newHSDS(read))
	if err != nil {
		return nil, err
	}
	return &Document{Body: append(body, '\n'), Version: versionOf(body)}, nil
}

// snapshot is what exports are written from, read at one moment.
type snapshot struct {
	day        civil.Date
	regions    *region.LandSnapshot
	catchments []*responsibility.Catchment
	offices    *directory.Snapshot
	// laender are the names of the Länder in which the ombuds offices work.
	laender map[uuid.UUID]string
}

func (s *Service) read(ctx context.Context, land string, day civil.Date) (*snapshot, error) {
	if !isLand(land) {
		return nil, noLand()
	}
	read := &snapshot{day: day}
	err := s.db.Snapshot(ctx, func(tx *postgres.Tx) (err error) {
		if read.regions, err = region.ReadLand(ctx, tx, land, day); err != nil {
			return err
		}
		key := read.regions.Land.Key
		if read.catchments, err = responsibility.InLand(ctx, tx, key, day); err != nil {
			return err
		}
		if read.offices, err = directory.ReadSnapshot(ctx, tx, bodies(key, read.catchments)); err != nil {
			return err
		}
		worksIn := each(read.offices.OmbudsOffices, func(o *directory.OmbudsOffice) uuid.UUID { return o.RegionID })
		read.laender, err = region.LaenderOf(ctx, tx, worksIn)
		return err
	})
	if errors.Is(err, postgres.ErrNoRows) {
		return nil, noLand()
	}
	return read, err
}

// isLand tells whether a name can be the key of a Land or its ISO code.
func isLand(name string) bool {
	letters, iso := strings.CutPrefix(name, "DE-")
	if iso {
		return len(letters) == 2 && strings.Trim(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	}
	return len(name) == 2 && strings.Trim(name, "0123456789") == ""
}

func noLand() error {
	return fault.New(fault.NotFound, fault.Text{
		EN: "There is no Land with this key (two digits) or ISO code (like DE-ST).",
		DE: "Es gibt kein Land mit diesem Schlüssel (zwei Ziffern) oder ISO-Code (wie DE-ST).",
	})
}

func bodies(land string, catchments []*responsibility.Catchment) directory.SnapshotQuery {
	query := directory.SnapshotQuery{LandKey: land}
	add := func(ids *[]uuid.UUID, id *uuid.UUID) {
		if id != nil {
			*ids = append(*ids, *id)
		}
	}
	for _, c := range catchments {
		add(&query.OmbudsOffices, c.OmbudsOfficeID)
		add(&query.YouthWelfareOffices, c.YouthWelfareOfficeID)
		add(&query.ProceduralGuidePosts, c.ProceduralGuidePostID)
	}
	return query
}

// encode writes value as JSON in one line, with < > & as they are.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(text.Bytes()), nil
}

func versionOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}
