package e2e

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// gap is where watching was impossible: what was replaced or deleted in it can't be seen by anyone.
type gap struct {
	after, until uint64 // versions: the last before it, the last in it
}

func (g gap) contains(number uint64) bool { return g.after < number && number <= g.until }

// judge tells every way in which what the daemon printed is not the truth: each version from `from` to
// `until`, once, in order, unaltered. It may have begun earlier and ended later, but with no hole between.
func judge(truth, delivered []*version, from, until uint64, g gap) (faults []string) {
	for _, got := range delivered {
		from, until = min(from, got.number), max(until, got.number)
	}
	faults = judgeOrder(truth, delivered)
	printed := byNumber(delivered)
	replaced := replacedWithin(truth, g)
	for _, want := range truth {
		if want.deleted || want.number < from || want.number > until {
			continue
		}
		if got := printed[want.number]; got != nil {
			faults = append(faults, difference(want, got)...)
		} else if !replaced[want] {
			faults = append(faults, fmt.Sprintf("lost: %v", want))
		}
	}
	return faults
}

// judgeOrder finds what was printed twice, too late, or never existed.
func judgeOrder(truth, delivered []*version) (faults []string) {
	seen := map[uint64]bool{}
	highest := uint64(0)
	for _, got := range delivered {
		switch want := find(truth, got.number); {
		case want == nil || want.deleted:
			faults = append(faults, fmt.Sprintf("nothing that should be printed: %v", got))
		case seen[got.number]:
			faults = append(faults, fmt.Sprintf("repeated: %v", got))
		case got.number < highest:
			faults = append(faults, fmt.Sprintf("out of order: %v after version %d", got, highest))
		}
		seen[got.number] = true
		highest = max(highest, got.number)
	}
	return faults
}

// replacedWithin is every version of the gap that was no longer there at the gap's end.
func replacedWithin(truth []*version, g gap) map[*version]bool {
	replaced := map[*version]bool{}
	latest := map[string]*version{}
	for _, v := range truth {
		if !g.contains(v.number) {
			continue
		}
		if older := latest[v.uid]; older != nil {
			replaced[older] = true
		}
		latest[v.uid] = v
	}
	return replaced
}

func difference(want, got *version) []string {
	if reflect.DeepEqual(want.object, got.object) {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(merged(want.object, got.object))) {
		if w, g := want.object[key], got.object[key]; !reflect.DeepEqual(w, g) {
			return []string{fmt.Sprintf("altered: %v: %s is %.200v, not %.200v", want, key, g, w)}
		}
	}
	return nil
}

func merged(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func byNumber(versions []*version) map[uint64]*version {
	result := map[uint64]*version{}
	for _, v := range versions {
		result[v.number] = v
	}
	return result
}

// A judge that never finds a fault would pass everything: so each fault is shown to it once.
func TestJudge(t *testing.T) {
	added := func(number uint64, uid string) *version {
		return &version{number: number, uid: uid, object: map[string]any{"message": uid}}
	}
	altered := added(12, "b")
	altered.object["message"] = "another"
	deleted := added(13, "a")
	deleted.deleted = true
	truth := []*version{added(10, "a"), added(11, "a"), added(12, "b"), deleted, added(14, "c"), added(15, "c")}
	pick := func(numbers ...uint64) (picked []*version) {
		for _, n := range numbers {
			picked = append(picked, find(truth, n))
		}
		return picked
	}
	for _, c := range []struct {
		name      string
		delivered []*version
		gap       gap
		want      string // how the only fault begins; none if empty
	}{
		{"everything", pick(10, 11, 12, 14, 15), gap{}, ""},
		{"begun late, before the first that counts", pick(11, 12, 14, 15), gap{}, ""},
		{"begun too late", pick(14, 15), gap{}, "lost: version 12"},
		{"lost", pick(10, 11, 14, 15), gap{}, "lost: version 12"},
		{"the last lost", pick(10, 11, 12, 14), gap{}, "lost: version 15"},
		{"lost update", pick(10, 12, 14, 15), gap{}, "lost: version 11"},
		{"repeated", pick(10, 11, 12, 12, 14, 15), gap{}, "repeated: version 12"},
		{"out of order", pick(10, 12, 11, 14, 15), gap{}, "out of order: version 11"},
		{"deletion printed", pick(10, 11, 12, 13, 14, 15), gap{}, "nothing that should be printed: version 13"},
		{"made up", append(pick(10, 11, 12, 14, 15), added(16, "d")), gap{}, "nothing that should be printed: version 16"},
		{"altered", []*version{truth[0], truth[1], altered, truth[4], truth[5]}, gap{}, "altered: version 12"},
		{"replaced and deleted in the gap", pick(10, 12, 15), gap{10, 15}, ""},
		{"replaced before the gap", pick(10, 12, 15), gap{11, 15}, "lost: version 11"},
		{"last state in the gap lost", pick(11, 15), gap{11, 15}, "lost: version 12"},
		{"replaced after the gap", pick(11, 12, 15), gap{11, 14}, "lost: version 14"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := judge(truth, c.delivered, 12, 15, c.gap)
			if c.want == "" && len(faults) > 0 {
				t.Fatalf("found faults: %q", faults)
			}
			if c.want != "" && (len(faults) != 1 || !strings.HasPrefix(faults[0], c.want)) {
				t.Fatalf("found %q, wanted one that begins with %q", faults, c.want)
			}
		})
	}
}
