package awssim

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
)

// result begins the answer of a query service to an action, inside its result
// element.
func (c *caller) result() *page {
	p := &page{root: c.action + "Response", depth: 1}
	p.b = append(p.b, "<"+p.root+` xmlns="`+c.of.space+`">`...)
	p.open(c.action + "Result")
	return p
}

// endResult ends what result began.
func (c *caller) endResult(p *page) *page {
	p.close(c.action + "Result")
	return c.endWithoutResult(p)
}

// endWithoutResult ends the answer to an action that has nothing to tell.
func (c *caller) endWithoutResult(p *page) *page {
	p.open("ResponseMetadata")
	p.text("RequestId", c.id)
	p.close("ResponseMetadata")
	return p.finish()
}

// done is the whole answer to an action that has nothing to tell.
func (c *caller) done() *page {
	p := &page{root: c.action + "Response", depth: 1}
	p.b = append(p.b, "<"+p.root+` xmlns="`+c.of.space+`">`...)
	return c.endWithoutResult(p)
}

// yes is EC2's answer to such an action.
func (c *caller) yes() *page {
	p := c.reply(c.action+"Response", 256)
	p.text("return", "true")
	return p.finish()
}

// global says that the call is of no region.
func (c *caller) global() bool { return c.of.global || c.of.name == "sts" }

// pageOf is the page of a list that a token leads to, and the token of the
// page after it. Each walk has an order of its own.
func pageOf[T any](s *Server, c *caller, all []T, size int, token string) ([]T, string, *refusal) {
	at := place{seed: s.newWalk()}
	if token != "" {
		var ok bool
		if at, ok = s.readToken(c, token); !ok {
			return nil, "", c.badToken()
		}
	}
	order := inOrder(len(all))
	if at.seed != 0 {
		rand.New(rand.NewPCG(at.seed, 4)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	from := min(at.from, len(all))
	to := min(from+size, len(all))
	out := make([]T, 0, to-from)
	for _, n := range order[from:to] {
		out = append(out, all[n])
	}
	c.items = len(out)
	if to == len(all) {
		return out, "", nil
	}
	return out, s.token(c, place{at.seed, to}), nil
}

// ec2Page is pageOf for calls of EC2, which take MaxResults and NextToken.
func ec2Page[T any](s *Server, c *caller, q url.Values, all []T, least, most int) ([]T, string, *refusal) {
	size, no := sizeOf(c, q.Get("MaxResults"), least, most, most)
	if no != nil {
		return nil, "", no
	}
	return pageOf(s, c, all, size, q.Get("NextToken"))
}

// sizeOf reads a page size between two bounds.
func sizeOf(c *caller, v string, least, most, otherwise int) (int, *refusal) {
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err == nil && n >= least && n <= most {
		return n, nil
	}
	why := "Value ( " + v + " ) for the page size is invalid. Expecting a value from " + strconv.Itoa(least) + " to " + strconv.Itoa(most) + "."
	no := c.speaks(badRequest("InvalidParameterValue", why), badRequest("ValidationError", why), badRequest("ValidationException", why))
	no.status = http.StatusBadRequest
	return 0, no
}
