package ibmsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// admit decides whether a call is carried out: its token, the parameters that
// every VPC call needs, what the account allows, and how often.
func (s *Server) admit(c *caller) *refusal {
	if c.route.open {
		return nil
	}
	if no := s.authenticate(c); no != nil {
		return no
	}
	if name := c.PathValue("region"); name != "" {
		if no := c.wantsVersion(); no != nil {
			return no
		}
		if c.region = c.account.Region(name); c.region == nil {
			return notFound("region " + name)
		}
	}
	if no := s.permit(c); no != nil {
		return no
	}
	return s.spend(c)
}

func (s *Server) authenticate(c *caller) *refusal {
	token, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return stranger(c)
	}
	who, ok := readToken(token)
	if !ok || s.now().Unix() >= who.Exp {
		return stranger(c)
	}
	if c.account = c.estate.Account(who.Account.BSS); c.account == nil {
		return stranger(c)
	}
	return nil
}

// wantsVersion refuses a VPC call that does not say which API it means.
func (c *caller) wantsVersion() *refusal {
	v := c.URL.Query()
	if day := v.Get("version"); len(day) != len("2006-01-02") {
		return &refusal{status: http.StatusBadRequest, code: "missing_version", message: "The `version` parameter is required, as a date."}
	}
	if v.Get("generation") != "2" {
		return &refusal{status: http.StatusBadRequest, code: "missing_generation", message: "The `generation` parameter is required, and must be 2."}
	}
	return nil
}

func (s *Server) permit(c *caller) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.allow != nil && !slices.Contains(s.allow, c.route.call) {
		return forbidden(c)
	}
	return nil
}

// page is one page of a list of VPC things: n in all, each made by at.
func (s *Server) page(c *caller, list string, n int, at func(int) any) (any, *refusal) {
	limit, no := s.limit(c, "limit", 50)
	if no != nil {
		return nil, no
	}
	from, no := c.position("start")
	if no != nil {
		return nil, no
	}
	if from > n {
		return nil, badField("The value of the `start` parameter is not valid.")
	}
	to := min(from+limit, n)
	items := make([]any, 0, to-from)
	for i := from; i < to; i++ {
		items = append(items, at(i))
	}
	out := object{list: items, "limit": limit, "total_count": n, "first": c.link("", limit)}
	if to < n {
		out["next"] = c.link(token(to), limit)
	}
	return out, nil
}

// limit reads a page size.
func (s *Server) limit(c *caller, name string, otherwise int) (int, *refusal) {
	v := c.URL.Query().Get(name)
	if v == "" {
		return min(otherwise, s.most), nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 100 {
		return 0, badField("The value of the `" + name + "` parameter is not between 1 and 100.")
	}
	return min(n, s.most), nil
}

// Paging tokens look like nothing, so that nobody counts with them.
const tokenBase = 0x5eed_0000

func token(at int) string { return "t" + strconv.FormatInt(int64(at)+tokenBase, 16) }

func (c *caller) position(name string) (int, *refusal) {
	v := c.URL.Query().Get(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(v, "t"), 16, 64)
	if err != nil || n < tokenBase || v[0] != 't' {
		return 0, badField("The value of the `" + name + "` parameter is not valid.")
	}
	return int(n - tokenBase), nil
}

// link is the address of a page.
func (c *caller) link(start string, limit int) object {
	q := c.URL.Query()
	q.Del("start")
	q.Set("limit", strconv.Itoa(limit))
	if start != "" {
		q.Set("start", start)
	}
	return object{"href": c.base + c.URL.Path + "?" + q.Encode()}
}

// each makes a list of what f makes of things; it is never null.
func each[T any](all []T, f func(T) any) []any {
	out := make([]any, 0, len(all))
	for _, x := range all {
		out = append(out, f(x))
	}
	return out
}

// listed is a page of a list that is held whole.
func listed[T any](s *Server, c *caller, name string, all []T, f func(*caller, T) any) (any, *refusal) {
	return s.page(c, name, len(all), func(i int) any { return f(c, all[i]) })
}
