package awsfact

import (
	"strconv"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// addGroup reads an Auto Scaling group: what it launches from, and whether it
// may launch at all.
func (f *fleet) addGroup(res *snapshot.Resource, v wire.Value) {
	s := source{originOf(res)}
	name, ok := filled(v.Get("AutoScalingGroupName"))
	if !ok {
		f.holes[res.Region] = &hole{s.why(snapshot.Unreadable, res.UID), s.from}
		return
	}
	partition := partitionOf(res.UID)
	if partition == "" {
		partition = Partition(f.c)
	}
	g := &group{
		res: res, name: name, uid: ScalingGroupUID(partition, res.Region, res.Account, name),
		launches: s.launches(v), may: s.mayLaunch(v), members: s.instances(v.Get("Instances")), containers: s.groupTags(v.Get("Tags")),
	}
	for i := range g.launches {
		g.launches[i].region = res.Region
		if g.launches[i].lost != nil {
			f.holes[res.Region] = g.launches[i].lost
		}
	}
	f.groups = append(f.groups, g)
}

// mayLaunch: a group that is being deleted has a Status, and one whose maximum
// is 0 has no room (AutoScalingGroup in the Auto Scaling API reference).
func (s source) mayLaunch(v wire.Value) fact.Of[bool] {
	if status := v.Get("Status"); status.Exists() && !status.IsNull() {
		return fact.Known(false, s.from, "/Status")
	}
	size := v.Get("MaxSize")
	text, _ := size.Text()
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case !size.Exists():
		return fact.Unknown[bool](s.why(snapshot.Absent, "/MaxSize"), s.from, "/MaxSize")
	case err != nil:
		return fact.Unknown[bool](s.strange(size), s.from, "/MaxSize")
	}
	return fact.Known(n > 0, s.from, "/MaxSize")
}

// instances counts a group's members. The list is left out or empty where
// there are none.
func (s source) instances(v wire.Value) fact.Of[int64] {
	if v.Exists() && !v.IsNull() && !v.IsList() {
		return fact.Unknown[int64](s.strange(v), s.from, "/Instances")
	}
	return fact.Known(int64(v.Len()), s.from, "/Instances")
}

// groupTags looks for a container platform's tags among those that the group
// gives its instances.
func (s source) groupTags(v wire.Value) fact.Of[bool] {
	for i, tag := range v.Items() {
		if key, _ := tag.Get("Key").Text(); clusterTag(key) && tag.Get("PropagateAtLaunch").Is("true") {
			return fact.Known(true, s.from, "/Tags/"+strconv.Itoa(i))
		}
	}
	return fact.Unknown[bool](s.why(snapshot.Absent, "what its instances run"), s.from, "/Tags")
}

// launches are the ways in which the group makes an instance: one from its
// template or configuration, or one for each override of a mixed policy. An
// override may name another template and, in place of the template's, another
// image (LaunchTemplateOverrides in the Auto Scaling API reference).
func (s source) launches(v wire.Value) []groupLaunch {
	mixed := v.Get("MixedInstancesPolicy")
	switch {
	case mixed.IsObject():
		return s.mixed(mixed.Get("LaunchTemplate"), "/MixedInstancesPolicy/LaunchTemplate")
	case v.Get("LaunchTemplate").IsObject():
		return []groupLaunch{s.launch(v.Get("LaunchTemplate"), "/LaunchTemplate")}
	}
	if name, ok := filled(v.Get("LaunchConfigurationName")); ok {
		return []groupLaunch{{config: name, image: fact.Known("", s.from, "/LaunchConfigurationName")}}
	}
	return []groupLaunch{s.lostLaunch("/LaunchTemplate")}
}

func (s source) mixed(v wire.Value, path string) []groupLaunch {
	base := s.launch(v.Get("LaunchTemplateSpecification"), path+"/LaunchTemplateSpecification")
	overrides := v.Get("Overrides")
	if overrides.Exists() && !overrides.IsNull() && !overrides.IsList() {
		return []groupLaunch{s.lostLaunch(path + "/Overrides")}
	}
	var ways []groupLaunch
	for i, item := range overrides.Items() {
		at := path + "/Overrides/" + strconv.Itoa(i)
		way := base
		if spec := item.Get("LaunchTemplateSpecification"); spec.Exists() && !spec.IsNull() {
			way = s.launch(spec, at+"/LaunchTemplateSpecification")
		}
		if image := item.Get("ImageId"); image.Exists() && !image.IsNull() {
			way.image = s.filled(image, at+"/ImageId")
		}
		if !contains(ways, &way) {
			ways = append(ways, way)
		}
	}
	if len(ways) == 0 {
		ways = append(ways, base)
	}
	return ways
}

// contains says that overrides which differ in the instance's type alone make
// the same instance, as far as it matters here.
func contains(ways []groupLaunch, way *groupLaunch) bool {
	for i := range ways {
		w := &ways[i]
		mine, known := way.image.Get()
		theirs, same := w.image.Get()
		if known && same && mine == theirs && w.lost == nil && way.lost == nil &&
			w.id == way.id && w.template == way.template && w.version == way.version {
			return true
		}
	}
	return false
}

// launch reads a specification. A version that is left out is the default one.
func (s source) launch(v wire.Value, path string) groupLaunch {
	l := groupLaunch{image: fact.Known("", s.from, path), version: defaultVersion}
	l.id, _ = filled(v.Get("LaunchTemplateId"))
	l.template, _ = filled(v.Get("LaunchTemplateName"))
	if l.id == "" && l.template == "" {
		return s.lostLaunch(path)
	}
	if version := v.Get("Version"); version.Exists() && !version.IsNull() {
		word, _ := version.Text()
		if word != defaultVersion && word != latestVersion && !isNumber(word) {
			return s.lostLaunch(path + "/Version")
		}
		l.version = word
	}
	return l
}

func (s source) lostLaunch(path string) groupLaunch {
	h := &hole{s.why(snapshot.Absent, path), s.from}
	return groupLaunch{lost: h, image: fact.Unknown[string](h.why, h.origin, path)}
}
