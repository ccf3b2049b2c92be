package awssim

import (
	"net/url"
	"slices"

	"plumbline/internal/cloud/sim"
)

// imageOps are the calls of EC2 about images.
var imageOps = map[string]queryOp{
	ec2 + "DescribeImages":       (*Server).describeImages,
	ec2 + "ModifyImageAttribute": (*Server).modifyImage,
}

var images = listing{action: "DescribeImages", set: "imagesSet", least: 1, most: 1000,
	id: "ImageId", member: "ImageId", missing: "InvalidAMIID.NotFound",
	filters: map[string]string{"image-id": "ImageId", "owner-id": "ImageOwnerId", "owner-alias": "ImageOwnerAlias", "state": "ImageState", "is-public": "IsPublic", "name": "Name"}}

// describeImages knows the images of the account and those public ones that
// are in use. Who names an image that is gone is refused as a whole; a filter
// just does not find it.
func (s *Server) describeImages(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "Owner.", "ImageId.", "ExecutableBy.", "IncludeDeprecated", "IncludeDisabled", "MaxResults", "NextToken", "Filter."); no != nil {
		return nil, no
	}
	owners := numbered(q, "Owner")
	var rows []any
	c.region.Fleet().View(func(f *sim.Fleet) {
		for _, i := range f.Images {
			if len(owners) == 0 || slices.Contains(owners, i.ImageOwnerId) || slices.Contains(owners, "self") && i.ImageOwnerId == c.account.ID || i.ImageOwnerAlias != "" && slices.Contains(owners, i.ImageOwnerAlias) {
				rows = append(rows, i)
			}
		}
	})
	rows, no := images.pick(rows, q)
	if no != nil {
		return nil, no
	}
	return images.send(s, c, q, rows)
}

// modifyImage sets ImdsSupport, which cannot be taken back.
func (s *Server) modifyImage(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "ImageId", "Attribute", "ImdsSupport.Value"); no != nil {
		return nil, no
	}
	if q.Get("ImdsSupport.Value") != "v2.0" {
		return nil, badRequest("InvalidParameterValue", "Value ("+q.Get("ImdsSupport.Value")+") for parameter imdsSupport is invalid.")
	}
	var no *refusal
	c.region.Fleet().Change(func(f *sim.Fleet) {
		n := f.Image(q.Get("ImageId"))
		switch {
		case n < 0:
			no = badRequest("InvalidAMIID.NotFound", "The image id '["+q.Get("ImageId")+"]' does not exist")
		case f.Images[n].ImageOwnerId != c.account.ID:
			no = c.forbidden("ec2:ModifyImageAttribute")
		default:
			i := *f.Images[n]
			i.ImdsSupport = "v2.0"
			f.Images[n] = &i
		}
	})
	if no != nil {
		return nil, no
	}
	return c.yes(), nil
}
