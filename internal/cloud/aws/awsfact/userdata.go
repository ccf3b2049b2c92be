package awsfact

import (
	"strconv"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// userData reads what was found in the instance's user data. The document
// never holds the data itself, only the digest that was made of it while the
// reply was read.
func (in *reading) userData() {
	const path = "/userData/value"
	v, s, missing := in.besides(KindUserData, UserDataUID(in.res.UID), CallUserData)
	if missing != nil {
		in.w.UserData = estate.UserData{
			Present: fact.Unknown[bool](missing.why, missing.origin, ""),
			Secrets: fact.Listed[estate.Secret](nil, missing.origin, "", missing.why),
		}
		return
	}
	member := v.Get("userData")
	if member.Exists() && !member.IsObject() && !member.IsNull() {
		in.w.UserData = s.strangeUserData(member, "/userData")
		return
	}
	in.w.UserData = s.digest(member.Get("value"), path)
}

// digest reads the digest of user data: an object with the number of bytes,
// whether all of it could be looked through, why not, and what was found. EC2
// sends an empty element, or none, where nothing is given to the instance
// (DescribeInstanceAttribute).
func (s source) digest(v wire.Value, path string) estate.UserData {
	if !v.Exists() || v.IsNull() {
		return estate.UserData{Present: fact.Known(false, s.from, path), Secrets: fact.Listed[estate.Secret](nil, s.from, path)}
	}
	finds := v.Get("finds")
	if !finds.IsList() {
		return s.strangeUserData(v, path)
	}
	var gaps []*fact.Reason
	if readable := v.Get("readable"); string(readable.Raw()) != "true" {
		why, _ := v.Get("why").Text()
		gaps = append(gaps, s.why(snapshot.Unreadable, why))
	}
	var found []estate.Secret
	for i, item := range finds.Items() {
		at := path + "/finds/" + strconv.Itoa(i)
		find, ok := readFind(item, at)
		if !ok {
			gaps = append(gaps, s.why(snapshot.UnknownValue, at))
			continue
		}
		found = append(found, find)
	}
	return estate.UserData{Present: fact.Known(true, s.from, path), Secrets: fact.Listed(found, s.from, path, gaps...)}
}

// strangeUserData is something in place of a digest: a mark, where reading user
// data is switched off and it was replaced unread, or nobody knows what.
func (s source) strangeUserData(v wire.Value, path string) estate.UserData {
	why := s.why(snapshot.UnknownValue, path)
	if text, _ := v.Text(); wire.IsRedacted(text) {
		why = s.why(snapshot.OutOfScope, path)
	}
	return estate.UserData{
		Present: fact.Unknown[bool](why, s.from, path),
		Secrets: fact.Listed[estate.Secret](nil, s.from, path, why),
	}
}

func readFind(v wire.Value, path string) (estate.Secret, bool) {
	kind, ok := filled(v.Get("kind"))
	line, err := strconv.ParseInt(string(v.Get("line").Raw()), 10, 64)
	if !ok || err != nil {
		return estate.Secret{}, false
	}
	place, _ := v.Get("place").Text()
	hash, _ := v.Get("hash").Text()
	return estate.Secret{Kind: kind, Place: place, Line: line, Hash: hash, Path: path}, true
}
