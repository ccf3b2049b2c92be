package ibmfact_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/house"
	"plumbline/internal/wire"
)

// toldByAbsence are the members whose absence says something: the VPC API and IAM leave them out where there is none,
// and so does our own document leave out the servers that asked nothing.
var toldByAbsence = map[string][]string{
	ibmfact.KindFloatingIP:     {"/target"},
	ibmfact.KindPublicRange:    {"/target"},
	ibmfact.KindListener:       {"/default_pool", "/policies"},
	ibmfact.KindInitialization: {"/default_trusted_profile"},
	house.EventsKind:           {"/asked/" + webID},
	ibmfact.KindTemplate:       {"/metadata_service", "/metadata_service/enabled", "/image", "/default_trusted_profile"},
}

// closing are the kinds of documents of which the smaller worlds hold what the
// large one does not.
var closing = []string{ibmfact.KindRoute, ibmfact.KindRoutingTable, ibmfact.KindPublicRange, ibmfact.KindSubnet, ibmfact.KindVNI, ibmfact.KindInterface, ibmfact.KindFlowLog,
	ibmfact.KindListener, ibmfact.KindListenerPolicy, ibmfact.KindListenerRule}

// members are the pointers of all members of objects in a document, with what
// leads to them.
func members(v any, at string, each func(pointer string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			each(at + "/" + name)
			members(v[name], at+"/"+name, each)
		}
	case []any:
		for i := range v {
			members(v[i], at+"/"+strconv.Itoa(i), each)
		}
	}
}

// altered is a document with one member taken out, or made something of another
// kind.
func altered(t testing.TB, b []byte, pointer string, strange bool) []byte {
	t.Helper()
	var root any
	if err := json.Unmarshal(b, &root); err != nil {
		t.Fatal(err)
	}
	steps := strings.Split(pointer[1:], "/")
	at := root
	for _, s := range steps[:len(steps)-1] {
		switch v := at.(type) {
		case map[string]any:
			at = v[s]
		case []any:
			i, _ := strconv.Atoi(s)
			at = v[i]
		}
	}
	last := steps[len(steps)-1]
	of := at.(map[string]any)
	_, object := of[last].(map[string]any)
	switch {
	case !strange:
		delete(of, last)
	case object:
		of[last] = 7
	default:
		of[last] = doc{"odd": true}
	}
	out, err := json.Marshal(root)
	if err == nil {
		out, err = wire.CanonicalJSON(nil, out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Whatever member of whatever document is not there, or is something that nobody
// knows: no fact turns into another, but where its absence is an answer.
func TestAMemberThatIsNotThereAnswersNothing(t *testing.T) {
	t.Parallel()
	for name, make := range worlds {
		for _, what := range []string{"absent", "strange"} {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				w := make(t)
				seen := everything(w, w.context())
				for i := range w.rs {
					if len(w.rs) < 30 && !slices.Contains(closing, w.rs[i].Kind) {
						continue
					}
					var root any
					if err := json.Unmarshal(w.rs[i].Doc, &root); err != nil {
						t.Fatal(err)
					}
					members(root, "", func(pointer string) {
						if strings.HasPrefix(pointer, "/^") || pointer == "/id" || pointer == "/crn" || what == "absent" && slices.Contains(toldByAbsence[w.rs[i].Kind], pointer) {
							return
						}
						b := &world{t: t, rs: slices.Clone(w.rs)}
						b.rs[i].Doc = altered(t, w.rs[i].Doc, pointer, what == "strange")
						b.rs[i].Seal()
						blind := everything(b, b.context())
						for uid, o := range blind {
							if seen[uid] == nil {
								continue // of a region that has another name now
							}
							for _, bad := range overturned(seen[uid], o) {
								t.Errorf("%s without %s: %s: %s", w.rs[i].Kind, pointer, uid[strings.LastIndexByte(uid, ':')+1:], bad)
							}
						}
					})
				}
			})
		}
	}
}
