package directory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// OfficeText is a text of an office for the public, or a link to a video.
type OfficeText struct {
	OfficeID uuid.UUID      `db:"office_id" json:"office_id" history:"-"`
	Kind     OfficeTextKind `db:"kind" json:"kind"`
	Language string         `db:"language" json:"language"`
	Variant  TextVariant    `db:"variant" json:"variant"`
	Body     *string        `db:"body" json:"body"`
	URL      *string        `db:"url" json:"url"`
}

// OfficeTextKind is the GraphQL enum of the same name.
type OfficeTextKind string

// What a text tells.
const (
	TextDescription OfficeTextKind = "DESCRIPTION"
	TextProcedure   OfficeTextKind = "PROCEDURE"
	TextAccess      OfficeTextKind = "ACCESS"
	TextRights      OfficeTextKind = "RIGHTS"
)

// TextVariant is the GraphQL enum of the same name.
type TextVariant string

// The variants of one text.
const (
	Standard TextVariant = "STANDARD"
	Plain    TextVariant = "PLAIN"
	EasyRead TextVariant = "EASY_READ"
	DGSVideo TextVariant = "DGS_VIDEO"
)

// OfficeTextChoice is the text that came nearest to what was asked for.
type OfficeTextChoice struct {
	Text     *OfficeText
	Fallback TextFallback
}

// TextFallback is the GraphQL enum of the same name: in what a text differs from
// what was asked for.
type TextFallback string

// The fallbacks.
const (
	FallbackNone     TextFallback = "NONE"
	FallbackVariant  TextFallback = "VARIANT"
	FallbackLanguage TextFallback = "LANGUAGE"
	FallbackBoth     TextFallback = "BOTH"
)

// choose returns the text of one kind that serves best who asked for a language
// and a variant: the language comes first, then German, then English, then what
// there is, by its code; within a language the variant asked for, then the simplest
// text. Nil when there is none.
func choose(texts []*OfficeText, language string, variant TextVariant) *OfficeTextChoice {
	if len(texts) == 0 {
		return nil
	}
	base, _, _ := strings.Cut(language, "-")
	languages := []string{language, base, "de", "en"}
	variants := []TextVariant{variant, EasyRead, Plain, Standard, DGSVideo}
	if variant == Standard {
		variants = []TextVariant{Standard, Plain, EasyRead, DGSVideo}
	}
	distance := func(t *OfficeText) int {
		l := slices.Index(languages, t.Language)
		if l < 0 {
			l = len(languages)
		}
		return l*len(variants) + slices.Index(variants, t.Variant)
	}
	best := slices.MinFunc(texts, func(a, b *OfficeText) int {
		return cmp.Or(distance(a)-distance(b), strings.Compare(a.Language, b.Language))
	})
	choice := &OfficeTextChoice{Text: best, Fallback: FallbackNone}
	switch sameLanguage, sameVariant := best.Language == language, best.Variant == variant; {
	case !sameLanguage && !sameVariant:
		choice.Fallback = FallbackBoth
	case !sameLanguage:
		choice.Fallback = FallbackLanguage
	case !sameVariant:
		choice.Fallback = FallbackVariant
	}
	return choice
}
