package directory

import (
	"testing"

	"pgregory.net/rapid"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	of := func(language string, variant TextVariant) *OfficeText {
		return &OfficeText{Language: language, Variant: variant}
	}
	all := []*OfficeText{
		of("tr", Plain), of("de", Standard), of("de", EasyRead), of("en", Standard), of("en", DGSVideo), of("fr", EasyRead),
	}
	for _, c := range []struct {
		texts    []*OfficeText
		language string
		variant  TextVariant
		want     int
		fallback TextFallback
	}{
		{all, "de", Standard, 1, FallbackNone},
		{all, "de", EasyRead, 2, FallbackNone},
		{all, "de", Plain, 2, FallbackVariant},
		{all, "de", DGSVideo, 2, FallbackVariant},
		{all, "de-AT", Standard, 1, FallbackLanguage},
		{all, "tr", EasyRead, 0, FallbackVariant},
		{all, "ar", Standard, 1, FallbackLanguage},
		{all, "ar", EasyRead, 2, FallbackLanguage},
		{all, "ar", Plain, 2, FallbackBoth},
		{all, "en", DGSVideo, 4, FallbackNone},
		{all[3:], "ar", Standard, 0, FallbackLanguage},
		{all[3:], "ar", EasyRead, 0, FallbackBoth},
		{all[:1], "ar", Standard, 0, FallbackBoth},
		// Between languages that nobody asked for the code decides, not the order.
		{[]*OfficeText{of("tr", Standard), of("ar", Standard)}, "de", Standard, 1, FallbackLanguage},
		// A video is the last of all.
		{all[3:5], "en", EasyRead, 0, FallbackVariant},
		{all[4:5], "en", Standard, 0, FallbackVariant},
	} {
		got := choose(c.texts, c.language, c.variant)
		if got.Text != c.texts[c.want] || got.Fallback != c.fallback {
			t.Errorf("%s %s: %+v, %s", c.language, c.variant, got.Text, got.Fallback)
		}
	}
	if got := choose(nil, "de", Standard); got != nil {
		t.Errorf("of none: %+v", got)
	}
}

// What is there is given, and the fallback says the truth, whatever the order.
func TestChooseTakesWhatIsThere(t *testing.T) {
	t.Parallel()
	languages, variants := rapid.SampledFrom([]string{"de", "en", "ar", "tr"}), rapid.SampledFrom([]TextVariant{Standard, Plain, EasyRead, DGSVideo})
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) *OfficeText {
			return &OfficeText{Language: languages.Draw(t, "l"), Variant: variants.Draw(t, "v")}
		}), 1, 16, func(x *OfficeText) OfficeText { return *x }).Draw(t, "texts")
		language, variant := languages.Draw(t, "language"), variants.Draw(t, "variant")
		exact := false
		for _, x := range texts {
			exact = exact || x.Language == language && x.Variant == variant
		}
		got := choose(texts, language, variant)
		if exact != (got.Fallback == FallbackNone) || exact != (got.Text.Language == language && got.Text.Variant == variant) {
			t.Fatalf("%+v, %s", got.Text, got.Fallback)
		}
		if again := choose(rapid.Permutation(texts).Draw(t, "order"), language, variant); *again.Text != *got.Text {
			t.Fatalf("%+v, then %+v", got.Text, again.Text)
		}
	})
}
