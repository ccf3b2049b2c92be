package aws

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// launched is what a region launches instances from, as far as it was read.
type launched struct {
	versions map[string]map[string]bool // template id -> the numbers that groups name
	known    map[string]bool            // images that were listed
	images   map[string]bool            // images that templates and configurations name
	mu       sync.Mutex                 // of images, while several templates are read
}

// launches are read one after the other: groups say which versions of a
// template they launch, versions say which image, and images that are not the
// account's own are asked for by id.
func (r *round) launches(ctx context.Context) error {
	l := &launched{versions: map[string]map[string]bool{}, known: map[string]bool{}, images: map[string]bool{}}
	for _, ask := range []func(context.Context, *launched) error{
		r.scalingGroups, r.launchConfigurations, r.templates, r.defaultVersions, r.otherVersions, r.ownImages, r.usedImages,
	} {
		if err := ask(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

func (r *round) scalingGroups(ctx context.Context, l *launched) error {
	return r.list(ctx, listing{
		call: awsfact.CallScalingGroups,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.scaling.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: api.size(100), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		each: func(_ *snapshot.Resource, v wire.Value) { l.readGroup(v) },
	})
}

// readGroup notes the versions that a group launches, and those that its
// instances were launched from.
func (l *launched) readGroup(v wire.Value) {
	l.readVersion(v.Get("LaunchTemplate"))
	mixed := v.Get("MixedInstancesPolicy").Get("LaunchTemplate")
	l.readVersion(mixed.Get("LaunchTemplateSpecification"))
	for _, o := range mixed.Get("Overrides").Items() {
		l.readVersion(o.Get("LaunchTemplateSpecification"))
	}
	for _, i := range v.Get("Instances").Items() {
		l.readVersion(i.Get("LaunchTemplate"))
	}
}

// readVersion notes a version that is named by its number. $Default and $Latest
// are asked of all templates.
func (l *launched) readVersion(v wire.Value) {
	id, version := text(v, "LaunchTemplateId"), text(v, "Version")
	if _, err := strconv.ParseUint(version, 10, 63); err != nil || id == "" {
		return
	}
	if l.versions[id] == nil {
		l.versions[id] = map[string]bool{}
	}
	l.versions[id][version] = true
}

func (r *round) launchConfigurations(ctx context.Context, l *launched) error {
	return r.list(ctx, listing{
		call: awsfact.CallLaunchConfigs,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.scaling.DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{MaxRecords: api.size(100), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		each: func(_ *snapshot.Resource, v wire.Value) { l.readImage(text(v, "ImageId")) },
	})
}

// readImage notes an image. One that is named by a parameter of Systems
// Manager ("resolve:ssm:…") has no id until it is launched.
func (l *launched) readImage(id string) {
	if strings.HasPrefix(id, "ami-") {
		l.images[id] = true
	}
}

func (r *round) templates(ctx context.Context, _ *launched) error {
	return r.list(ctx, listing{
		call: awsfact.CallTemplates,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.ec2.DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{MaxResults: api.size(200), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
	})
}

// defaultVersions are the default and the latest version of every template:
// without a template's id the call tells those of all.
func (r *round) defaultVersions(ctx context.Context, l *launched) error {
	return r.list(ctx, listing{
		call: awsfact.CallTemplateVersions,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.ec2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
				Versions: []string{"$Default", "$Latest"}, MaxResults: api.size(200), NextToken: token,
			})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		each: func(_ *snapshot.Resource, v wire.Value) {
			delete(l.versions[text(v, "launchTemplateId")], text(v, "versionNumber"))
			l.readImage(text(v.Get("launchTemplateData"), "imageId"))
		},
	})
}

// mostVersions may be asked for at once (EC2 API reference).
const mostVersions = 200

// otherVersions are those that groups name by number.
func (r *round) otherVersions(ctx context.Context, l *launched) error {
	maps.DeleteFunc(l.versions, func(_ string, numbers map[string]bool) bool { return len(numbers) == 0 })
	return each(ctx, r, slices.Sorted(maps.Keys(l.versions)), func(ctx context.Context, id string) error {
		return r.versionsOf(ctx, l, id, slices.Sorted(maps.Keys(l.versions[id])))
	})
}

// isGoneVersion says that a template or a version was deleted after a group
// named it.
func isGoneVersion(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.HasPrefix(api.ErrorCode(), "InvalidLaunchTemplateId.") && inner(err) == nil
}

// versionsOf reads versions of one template. One that is gone makes EC2 refuse
// the whole request: then they are asked for one by one.
func (r *round) versionsOf(ctx context.Context, l *launched, id string, numbers []string) error {
	left, asked := slices.Collect(slices.Chunk(numbers, mostVersions)), 0
	var images []string
	err := r.list(ctx, listing{
		call: awsfact.CallTemplateVersions, subject: id,
		send: func(ctx context.Context, api *clients, _ *string) (*string, error) {
			some := left[0]
			_, err := api.ec2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &id, Versions: some})
			if err != nil && !isGoneVersion(err) {
				return nil, err
			}
			left = left[1:]
			if err != nil && len(some) > 1 {
				left = append(slices.Collect(slices.Chunk(some, 1)), left...)
			}
			if asked++; len(left) == 0 {
				return nil, nil
			}
			return more(asked), nil
		},
		each: func(_ *snapshot.Resource, v wire.Value) {
			images = append(images, text(v.Get("launchTemplateData"), "imageId"))
		},
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, i := range images {
		l.readImage(i)
	}
	return err
}

func (r *round) ownImages(ctx context.Context, l *launched) error {
	return r.list(ctx, listing{
		call: awsfact.CallImages,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{
				Owners: []string{"self"}, IncludeDeprecated: sdk.Bool(true), IncludeDisabled: sdk.Bool(true), MaxResults: api.size(1000), NextToken: token,
			})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		each: func(_ *snapshot.Resource, v wire.Value) { l.known[text(v, "imageId")] = true },
	})
}

// usedImages are those of others that templates and configurations name.
func (r *round) usedImages(ctx context.Context, l *launched) error {
	if r.tried.Enough(awsfact.CallImages) {
		return nil
	}
	maps.DeleteFunc(l.images, func(id string, _ bool) bool { return l.known[id] })
	q := r.askOf(awsfact.CallImages, awsfact.SubjectUsed, r.region)
	q.tap.Whole = false
	for some := range slices.Chunk(slices.Sorted(maps.Keys(l.images)), mostImages) {
		if err := r.imagesByID(ctx, q, some); err != nil {
			return q.Refuse(ctx, r.sink, err)
		}
		if err := q.Deliver(ctx, r.sink); err != nil {
			return q.Void(ctx, r.sink, err)
		}
	}
	return q.Complete(ctx, r.sink)
}

// mostImages are asked for at once. EC2 names no bound; a request with more
// gets long.
const mostImages = 100

// imagesByID asks for images. An id that is gone makes EC2 refuse the whole
// request: it is left out, which the answer notes, and the others are asked for
// again.
func (r *round) imagesByID(ctx context.Context, q *question, ids []string) error {
	for len(ids) > 0 {
		err := q.page(ctx, func(ctx context.Context) error {
			_, err := r.api.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: ids, IncludeDeprecated: sdk.Bool(true), IncludeDisabled: sdk.Bool(true)})
			return err
		})
		missing := missingImages(err)
		left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(missing, id) })
		if err == nil || len(left) == len(ids) {
			return err
		}
		q.Answer.Message = cloud.Words(strings.TrimSpace(q.Answer.Message + " " + strings.Join(missing, ", ") + " cannot be seen."))
		ids = left
	}
	q.tap.Begin() // nothing is left to be delivered
	return nil
}

var imageID = regexp.MustCompile(`ami-[0-9a-z]+`)

// missingImages are those that a refusal names as gone, or as no longer shared.
func missingImages(err error) []string {
	var api smithy.APIError
	if !errors.As(err, &api) || !strings.HasPrefix(api.ErrorCode(), "InvalidAMIID.") {
		return nil
	}
	return imageID.FindAllString(api.ErrorMessage(), -1)
}
