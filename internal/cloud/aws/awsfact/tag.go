package awsfact

import (
	"strconv"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const tagSet = "/tagSet"

// tagPaths saves making the same pointers for every instance. EC2 allows 50
// tags and adds some of its own.
var tagPaths = func() (p [64]string) {
	for i := range p {
		p[i] = tagSet + "/" + strconv.Itoa(i)
	}
	return
}()

func tagPath(i int) string {
	if i < len(tagPaths) {
		return tagPaths[i]
	}
	return tagSet + "/" + strconv.Itoa(i)
}

// tags reads the instance's tags. EC2 leaves tagSet out, or sends it empty,
// where there are none: tags need no permission beyond DescribeInstances, so
// an absent list is an empty one and whole.
func (s source) tags(v wire.Value) fact.List[estate.Tag] {
	switch {
	case !v.Exists() || v.IsNull():
		return fact.Listed[estate.Tag](nil, s.from, tagSet)
	case !v.IsList():
		return fact.Listed[estate.Tag](nil, s.from, tagSet, s.strange(v))
	}
	var gaps []*fact.Reason
	tags := make([]estate.Tag, 0, v.Len())
	for i, item := range v.Items() {
		tag, ok := readTag(item, i)
		if !ok {
			gaps = append(gaps, s.why(snapshot.UnknownValue, tagPath(i)))
			continue
		}
		tags = append(tags, tag)
	}
	return fact.Listed(tags, s.from, tagSet, gaps...)
}

// readTag reads one tag. A tag without a value has an empty one.
func readTag(v wire.Value, i int) (estate.Tag, bool) {
	key, ok := filled(v.Get("key"))
	if !ok {
		return estate.Tag{}, false
	}
	value, ok := v.Get("value").Text()
	if !ok && v.Get("value").Exists() && !v.Get("value").IsNull() {
		return estate.Tag{}, false
	}
	return estate.Tag{Key: key, Value: value, Sensitive: sensitive(key, value), Path: tagPath(i)}, true
}
