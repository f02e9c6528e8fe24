package responsibility

import (
	"strings"

	"ombudsnetz/internal/fault"
)

// Explanation says in a sentence or two how the answer came about.
func (a *Answer) Explanation() fault.Text {
	switch a.Status {
	case PlaceMissing:
		return fault.Text{
			EN: "To answer this we need another place: " + a.CountedPlace.words().EN + " (" + a.LegalSource + ").",
			DE: "Für diese Antwort fehlt noch ein Ort: " + a.CountedPlace.words().DE + " (" + a.LegalSource + ").",
		}
	case PlaceUnclear:
		return fault.Text{
			EN: "The place may be in several regions, and the answer depends on which. Please choose one.",
			DE: "Der Ort kann in mehreren Gebieten liegen, und davon hängt die Antwort ab. Bitte eines auswählen.",
		}
	case Nobody:
		regions := a.regions()
		return fault.Text{
			EN: "Nobody is entered as responsible: neither for the place nor for what lies above (" + regions + ").",
			DE: "Niemand ist als zuständig eingetragen: weder für den Ort noch für das, was darüber liegt (" + regions + ").",
		}
	default:
		parts := fault.Text{}
		for i, body := range a.Bodies {
			if i > 0 {
				parts.EN, parts.DE = parts.EN+"; ", parts.DE+"; "
			}
			reason := body.reason()
			parts.EN, parts.DE = parts.EN+reason.EN, parts.DE+reason.DE
		}
		return fault.Text{
			EN: parts.EN + ". What counts is " + a.CountedPlace.words().EN + " (" + a.LegalSource + ").",
			DE: parts.DE + ". Es zählt " + a.CountedPlace.words().DE + " (" + a.LegalSource + ").",
		}
	}
}

func (a *Answer) regions() string {
	names := make([]string, len(a.LookedAt))
	for i, step := range a.LookedAt {
		names[i] = step.Region.Name
	}
	return strings.Join(names, ", ")
}

// reason says by which assignment a body is responsible, and until when.
func (b *Body) reason() fault.Text {
	at := b.Catchment.Relatives.Region.Name
	text := fault.Text{EN: b.Name() + " is responsible for " + at, DE: b.Name() + " ist zuständig für " + at}
	if b.ProceduralGuidePost != nil && b.Catchment.Kind == YouthWelfareOffice {
		office := b.Catchment.Relatives.YouthWelfareOffice.Name
		text.EN += ", as is " + office
		text.DE += " wie " + office
	}
	if last := b.Catchment.ValidTo; last != nil {
		text.EN += " until before " + last.String()
		text.DE += " bis vor dem " + last.String()
	}
	if basis := b.Catchment.LegalBasis; basis != nil {
		text.EN += " (" + *basis + ")"
		text.DE += " (" + *basis + ")"
	}
	return text
}

func (r PlaceRole) words() fault.Text {
	switch r {
	case Parents:
		return fault.Text{EN: "where the parents live", DE: "der Wohnort der Eltern"}
	case ResidenceBeforeBenefit:
		return fault.Text{EN: "where the young adult lived before the benefit began", DE: "der Wohnort des jungen Menschen vor Beginn der Leistung"}
	case FosterCarers:
		return fault.Text{EN: "where the foster carers live", DE: "der Wohnort der Pflegepersonen"}
	case ActualStay:
		return fault.Text{EN: "where the child actually stayed before being taken into care", DE: "der tatsächliche Aufenthalt vor der Inobhutnahme"}
	case Facility:
		return fault.Text{EN: "where the facility lies", DE: "der Ort der Einrichtung"}
	default:
		return fault.Text{EN: "the place asked about", DE: "der gefragte Ort"}
	}
}

// Text says where to turn.
func (f *Fallback) Text() fault.Text {
	switch f.Kind {
	case NationalNetwork:
		return fault.Text{
			EN: "The national network of ombuds offices (Bundesnetzwerk Ombudschaft in der Kinder- und Jugendhilfe) says which office helps instead.",
			DE: "Das Bundesnetzwerk Ombudschaft in der Kinder- und Jugendhilfe sagt, welche Ombudsstelle stattdessen hilft.",
		}
	case StateYouthWelfareOffice:
		return fault.Text{
			EN: "The state youth welfare office (Landesjugendamt) knows the local one.",
			DE: "Das Landesjugendamt kennt das örtliche Jugendamt.",
		}
	case YouthOfficeItself:
		return fault.Text{
			EN: "The youth welfare office has to offer procedural guides (§ 10b SGB VIII) and says who they are.",
			DE: "Das Jugendamt muss Verfahrenslotsinnen und Verfahrenslotsen anbieten (§ 10b SGB VIII) und sagt, wer das ist.",
		}
	default:
		return fault.Text{
			EN: "The supreme authority of the Land for youth welfare (oberste Landesjugendbehörde) says who supervises its facilities.",
			DE: "Die oberste Landesjugendbehörde sagt, wer die Einrichtungen des Landes beaufsichtigt.",
		}
	}
}
