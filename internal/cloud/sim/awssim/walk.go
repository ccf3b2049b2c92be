package awssim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"plumbline/internal/cloud/sim"
)

// A walk is one page of a listing: which instances, in which order, and the
// token of the page after it.
type walk struct {
	order    []int32
	from, to int
	next     string
	rng      *rand.Rand // orders the lists inside an instance; nil keeps them
}

const mostPerPage = 1000 // "maximum of 1000", API reference of DescribeInstances

func (s *Server) walkOf(c *caller, q url.Values) (walk, *refusal) {
	size, err := pageSize(q)
	if err != nil {
		return walk{}, err
	}
	if hasPrefix(q, "InstanceId.") {
		return s.picked(c, q)
	}
	at := place{seed: s.newWalk()}
	if t := q.Get("NextToken"); t != "" {
		var ok bool
		if at, ok = s.readToken(c, t); !ok {
			return walk{}, badRequest("InvalidParameterValue", "Unable to parse pagination token.")
		}
	}
	w := walk{order: s.orders.of(c.region, at.seed, s.opt.HideManaged && q.Get("IncludeManagedResources") != "true"), from: at.from}
	w.from = min(w.from, len(w.order))
	w.to = min(w.from+size, len(w.order))
	if w.to < len(w.order) {
		w.next = s.token(c, place{at.seed, w.to})
	}
	if at.seed != 0 {
		w.rng = rand.New(rand.NewPCG(at.seed, uint64(w.from)))
	}
	return w, nil
}

func pageSize(q url.Values) (int, *refusal) {
	v := q.Get("MaxResults")
	if v == "" {
		return mostPerPage, nil
	}
	if hasPrefix(q, "InstanceId.") {
		return 0, badRequest("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
	}
	n, err := strconv.Atoi(v)
	switch {
	case err != nil:
		return 0, badRequest("InvalidParameterValue", "Value ("+v+") for parameter maxResults is invalid.")
	case n < 5:
		return 0, badRequest("InvalidParameterValue", "Value ( "+v+" ) for parameter maxResults is invalid. Expecting a value greater than 5.")
	case n > mostPerPage:
		return 0, badRequest("InvalidParameterValue", "Value ( "+v+" ) for parameter maxResults is invalid. Expecting a value smaller than 1000.")
	}
	return n, nil
}

// picked is the one page of instances that were asked for by id.
func (s *Server) picked(c *caller, q url.Values) (walk, *refusal) {
	var w walk
	for name, v := range q {
		if !strings.HasPrefix(name, "InstanceId.") {
			continue
		}
		n := c.region.Find(v[0])
		if n < 0 {
			return walk{}, noSuchInstance(v[0])
		}
		w.order = append(w.order, int32(n))
	}
	w.to = len(w.order)
	return w, nil
}

func noSuchInstance(id string) *refusal {
	return badRequest("InvalidInstanceID.NotFound", "The instance ID '"+id+"' does not exist")
}

// A place is where a walk stands: whose order, and how far.
type place struct {
	seed uint64
	from int
}

// newWalk gives each walk its own order, or none where lists are not shuffled.
func (s *Server) newWalk() uint64 {
	if s.opt.Shuffle == 0 {
		return 0
	}
	return s.opt.Shuffle<<20 + s.walks.Add(1)
}

// token seals a place for one account and region, so that a token of another
// is refused as the cloud refuses it.
func (s *Server) token(c *caller, at place) string {
	b := binary.BigEndian.AppendUint64(nil, at.seed)
	b = binary.BigEndian.AppendUint64(b, uint64(at.from))
	return base64.StdEncoding.EncodeToString(append(b, seal(c, b)...))
}

func (s *Server) readToken(c *caller, t string) (place, bool) {
	b, err := base64.StdEncoding.DecodeString(t)
	if err != nil || len(b) != 32 || !hmac.Equal(b[16:], seal(c, b[:16])) {
		return place{}, false
	}
	return place{binary.BigEndian.Uint64(b), int(binary.BigEndian.Uint64(b[8:]))}, true
}

func seal(c *caller, b []byte) []byte {
	h := sha256.Sum256(append([]byte(c.account.ID+"/"+c.scope+"/"+c.name()+"/"), b...))
	return h[:16]
}

// orders remembers the orders of the walks that are under way.
type orders struct {
	mu   sync.Mutex
	made map[orderKey][]int32
}

type orderKey struct {
	region *sim.Region
	seed   uint64
	n      int
	own    bool // without instances that a service operates
}

const keptOrders = 64

// of gives the order of a walk: reservations in a shuffled order, and the
// instances in each.
func (o *orders) of(r *sim.Region, seed uint64, own bool) []int32 {
	k := orderKey{r, seed, r.Len(), own}
	o.mu.Lock()
	defer o.mu.Unlock()
	if l, ok := o.made[k]; ok {
		return l
	}
	if len(o.made) >= keptOrders || o.made == nil {
		o.made = map[orderKey][]int32{}
	}
	l := inOrder(k.n)
	if own {
		l = slices.DeleteFunc(l, func(i int32) bool { return r.Instance(int(i)).Operator != "" })
	}
	if seed != 0 {
		l = shuffled(r, l, rand.New(rand.NewPCG(seed, 1)))
	}
	o.made[k] = l
	return l
}

func inOrder(n int) []int32 {
	l := make([]int32, n)
	for i := range l {
		l[i] = int32(i)
	}
	return l
}

func shuffled(r *sim.Region, l []int32, rng *rand.Rand) []int32 {
	var groups [][]int32
	for i := 0; i < len(l); {
		j := i + 1
		for j < len(l) && r.Together(i, j) {
			j++
		}
		groups = append(groups, l[i:j])
		i = j
	}
	rng.Shuffle(len(groups), func(a, b int) { groups[a], groups[b] = groups[b], groups[a] })
	out := make([]int32, 0, len(l))
	for _, g := range groups {
		from := len(out)
		out = append(out, g...)
		rng.Shuffle(len(g), func(a, b int) { out[from+a], out[from+b] = out[from+b], out[from+a] })
	}
	return out
}
