package signin

import "sync"

// A crowd is how many are let do at once what takes long and holds a connection
// to the database meanwhile, each person and all together: what is left over
// answers everybody else.
type crowd struct {
	each, all int

	mu sync.Mutex
	by map[int64]int
	in int
}

func newCrowd(each, all int) *crowd { return &crowd{each: each, all: all, by: map[int64]int{}} }

// enter makes room for one more of a person; leave gives it back.
func (c *crowd) enter(person int64) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in >= c.all || c.by[person] >= c.each {
		return nil, false
	}
	c.in++
	c.by[person]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.in--
		if c.by[person]--; c.by[person] == 0 {
			delete(c.by, person)
		}
	}, true
}
