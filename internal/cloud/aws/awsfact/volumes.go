package awsfact

import (
	"strconv"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const deviceMapping = "/blockDeviceMapping"

// volumes reads the instance's EBS volumes, whether they are backed up and
// whether they are encrypted. What is lost with the instance (an instance
// store) is in no list of its devices.
func (in *reading) volumes() {
	v := in.v.Get("blockDeviceMapping")
	switch {
	case v.IsNull():
		in.w.Volumes = fact.Listed[estate.Volume](nil, in.s.from, deviceMapping)
		return
	case !v.Exists():
		in.w.Volumes = fact.Listed[estate.Volume](nil, in.s.from, deviceMapping, in.s.why(snapshot.Absent, deviceMapping))
		return
	case !v.IsList():
		in.w.Volumes = fact.Listed[estate.Volume](nil, in.s.from, deviceMapping, in.s.strange(v))
		return
	}
	var gaps []*fact.Reason
	var volumes []estate.Volume
	for i, item := range v.Items() {
		id, ok := filled(item.Get("ebs").Get("volumeId"))
		if !ok {
			gaps = append(gaps, in.s.why(snapshot.Absent, deviceMapping+"/"+strconv.Itoa(i)+"/ebs/volumeId"))
			continue
		}
		volumes = append(volumes, in.volume(id))
	}
	in.w.Volumes = fact.Listed(volumes, in.s.from, deviceMapping, gaps...)
}

func (in *reading) volume(id string) estate.Volume {
	uid := VolumeUID(in.partition(), in.res.Region, in.owner(), id)
	return estate.Volume{ID: id, BackedUp: in.backedUp(uid), Encrypted: in.encrypted(id)}
}

// backedUp looks for the volume, or the instance it belongs to, among the
// resources that AWS Backup has backed up (ListProtectedResources).
func (in *reading) backedUp(uid string) fact.Of[bool] {
	index := disksOf(in.c)
	for _, arn := range []string{uid, in.res.UID} {
		if from, ok := index.protected[spot{in.res.Region, arn}]; ok {
			return fact.Known(true, from, "/ResourceArn")
		}
	}
	if h := index.hole(in.c, CallProtected, KindProtected, in.res.Region); h != nil {
		return fact.Unknown[bool](h.why, h.origin, "")
	}
	return fact.Known(false, refusal(in.c.Answer(CallProtected, in.res.Region, "")), "")
}

// encrypted looks for the volume in the list of those that are not.
func (in *reading) encrypted(id string) fact.Of[bool] {
	index := disksOf(in.c)
	if from, ok := index.plain[spot{in.res.Region, id}]; ok {
		return fact.Known(false, from, "/encrypted")
	}
	if h := index.hole(in.c, CallVolumes, KindVolume, in.res.Region); h != nil {
		return fact.Unknown[bool](h.why, h.origin, "")
	}
	return fact.Known(true, refusal(in.c.Answer(CallVolumes, in.res.Region, "")), "")
}

// disks are what listings of the account tell of its volumes.
type disks struct {
	protected map[spot]*fact.Origin // by ARN
	plain     map[spot]*fact.Origin // not encrypted, by id
	holes     map[spot]*hole        // documents that cannot be read, by kind
}

type disksKey struct{}

func disksOf(c *snapshot.Context) *disks {
	return c.Derive(disksKey{}, func(c *snapshot.Context) any { return findDisks(c) }).(*disks)
}

func findDisks(c *snapshot.Context) *disks {
	d := &disks{protected: map[spot]*fact.Origin{}, plain: map[spot]*fact.Origin{}, holes: map[spot]*hole{}}
	d.index(c, KindProtected, "ResourceArn", d.protected)
	d.index(c, KindVolume, "volumeId", d.plain)
	return d
}

func (d *disks) index(c *snapshot.Context, kind, member string, by map[spot]*fact.Origin) {
	var rd wire.Reader
	for i := range c.Resources(kind) {
		res := &c.Resources(kind)[i]
		from := originOf(res)
		v, err := rd.Read(res.Doc)
		id, ok := filled(v.Get(member))
		if err != nil || !ok {
			d.holes[spot{res.Region, kind}] = &hole{source{from}.why(snapshot.Unreadable, res.UID), from}
			continue
		}
		by[spot{res.Region, id}] = from
	}
}

// hole says why a listing may have left something out, nil if it did not.
func (d *disks) hole(c *snapshot.Context, call, kind, region string) *hole {
	if a := c.Answer(call, region, ""); !a.Whole() {
		return holeOf(a)
	}
	return d.holes[spot{region, kind}]
}
