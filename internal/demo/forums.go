package demo

import (
	"fmt"

	"github.com/google/uuid"

	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/region"
)

// forums are the regions of the forums of the pilot project, by name.
func forums() map[string][]string {
	return map[string][]string{
		"Regionalforum Ombud Magdeburg":       {"15003"},
		"Regionalforum Ombud Stendal":         {"15090"},
		"Landesforum Ombud in Sachsen-Anhalt": {"15"},
	}
}

func (w world) group(name string, keys []string) error {
	s := w.groups(idsOf(name))
	if there, err := s.ByIDs(w.ctx, []uuid.UUID{idOf(name)}); err != nil || there[0] != nil {
		return err
	}
	var ids []ident.ID
	for _, key := range keys {
		r, err := w.regions.ByKey(w.ctx, key, nil)
		if err != nil {
			return err
		}
		if r == nil {
			return fmt.Errorf("no region has the key %s", key)
		}
		ids = append(ids, r.ID())
	}
	payload, err := s.Create(w.ctx, region.CreateGroupInput{Name: name, RegionIDs: ids})
	if err != nil {
		return err
	}
	for _, refused := range payload.UserErrors {
		return refused
	}
	return nil
}
