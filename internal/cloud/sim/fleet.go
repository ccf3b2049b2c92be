package sim

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

// A Fleet is what a region's instances are made from. Its things have the
// members of the EC2 and Auto Scaling APIs, as those of Network have; they are
// read by View and changed by Change only, once the estate is served.
type Fleet struct {
	mu sync.RWMutex

	Images         []*Image
	Templates      []*LaunchTemplate
	Configurations []*LaunchConfiguration
	Groups         []*ScalingGroup
}

// View calls a function while nothing can change.
func (f *Fleet) View(see func(*Fleet)) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	see(f)
}

// Change calls a function that may change it. What is in its lists is shared
// with replies under way: it is replaced, never written to.
func (f *Fleet) Change(change func(*Fleet)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// clone is a copy for another day.
func (f *Fleet) clone() *Fleet {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return &Fleet{
		Images: slices.Clone(f.Images), Templates: slices.Clone(f.Templates), Configurations: slices.Clone(f.Configurations), Groups: slices.Clone(f.Groups),
	}
}

// Fleet is what the region's instances are made from.
func (r *Region) Fleet() *Fleet { return r.fleet }

// An Image is a machine image. ImdsSupport is "v2.0" or absent.
type Image struct {
	ImageId, ImageLocation, ImageState, ImageOwnerId string
	ImageOwnerAlias, ImageType, Name, Description    string
	CreationDate, Architecture                       string
	IsPublic                                         bool
	RootDeviceType, RootDeviceName                   string
	VirtualizationType, Hypervisor                   string
	EnaSupport                                       bool
	ImdsSupport, PlatformDetails, UsageOperation     string
	Tags                                             []Tag `aws:"tagSet"`
}

// A LaunchTemplate is a template with all its versions.
type LaunchTemplate struct {
	LaunchTemplateId, LaunchTemplateName      string
	CreateTime                                time.Time
	CreatedBy                                 string
	DefaultVersionNumber, LatestVersionNumber int
	Tags                                      []Tag              `aws:"tagSet"`
	Versions                                  []*TemplateVersion `aws:"-"` // by number, from 1; nil was deleted
}

// A TemplateVersion is one version of a launch template.
type TemplateVersion struct {
	LaunchTemplateId, LaunchTemplateName string
	VersionNumber                        int
	VersionDescription                   string
	CreateTime                           time.Time
	CreatedBy                            string
	DefaultVersion                       bool
	LaunchTemplateData                   TemplateData
}

// TemplateData is what a version says. What it leaves out is nil or "".
type TemplateData struct {
	ImageId, InstanceType, KeyName string
	UserData                       string // base64
	IamInstanceProfile             *ProfileRef
	MetadataOptions                *TemplateOptions
	NetworkInterfaces              []TemplateInterface `aws:"networkInterfaceSet"`
	SecurityGroupIds               []string            `aws:"securityGroupIdSet"`
	Tags                           []TemplateTags      `aws:"tagSpecificationSet"`
}

// A ProfileRef names an instance profile, by either.
type ProfileRef struct{ Arn, Name string }

// TemplateOptions are metadata options as far as a template sets them.
type TemplateOptions struct {
	HttpTokens              string
	HttpPutResponseHopLimit *int
	HttpEndpoint            string
	HttpProtocolIpv6        string
	InstanceMetadataTags    string
}

// A TemplateInterface is one interface of a template.
type TemplateInterface struct {
	DeviceIndex              int
	AssociatePublicIpAddress *bool
	DeleteOnTermination      *bool
	GroupSet                 *InterfaceGroups
	SubnetId                 string
}

// InterfaceGroups are up to two security groups. This list of EC2 alone calls
// its items groupId.
type InterfaceGroups struct {
	First  string `aws:"groupId"`
	Second string `aws:"groupId"`
}

// TemplateTags are the tags of one kind of thing that a template makes.
type TemplateTags struct {
	ResourceType string
	Tags         []Tag `aws:"tagSet"`
}

// A LaunchConfiguration is what templates replaced. It cannot be changed.
type LaunchConfiguration struct {
	LaunchConfigurationName, LaunchConfigurationARN string
	ImageId, InstanceType, KeyName                  string
	IamInstanceProfile                              string // name or ARN
	SecurityGroups                                  []string
	UserData                                        string // base64
	AssociatePublicIpAddress                        *bool
	MetadataOptions                                 *ConfigurationOptions
	EbsOptimized                                    bool
	CreatedTime                                     time.Time
}

// ConfigurationOptions are metadata options as far as a configuration sets
// them. It knows three.
type ConfigurationOptions struct {
	HttpTokens              string
	HttpPutResponseHopLimit *int
	HttpEndpoint            string
}

// A ScalingGroup is an Auto Scaling group. It launches from a template, from
// several, or from a configuration.
type ScalingGroup struct {
	AutoScalingGroupName, AutoScalingGroupARN string
	LaunchConfigurationName                   string
	LaunchTemplate                            *TemplateRef
	MixedInstancesPolicy                      *Mixed
	MinSize, MaxSize, DesiredCapacity         int
	DefaultCooldown, HealthCheckGracePeriod   int
	AvailabilityZones                         []string
	LoadBalancerNames                         []string
	TargetGroupARNs                           []string
	HealthCheckType                           string
	Instances                                 []Member
	CreatedTime                               time.Time
	VPCZoneIdentifier                         string // subnets, with commas
	Tags                                      []GroupTag
	TerminationPolicies                       []string
	NewInstancesProtectedFromScaleIn          bool
	ServiceLinkedRoleARN                      string

	Nightly bool `aws:"-"` // all members are replaced from one day to the next
}

// A TemplateRef names a template and a version: a number, "$Default",
// "$Latest", or "" for the default.
type TemplateRef struct{ LaunchTemplateId, LaunchTemplateName, Version string }

// Mixed is a policy of mixed instances.
type Mixed struct {
	LaunchTemplate        MixedTemplate
	InstancesDistribution Distribution
}

// A MixedTemplate is a template and what overrides it.
type MixedTemplate struct {
	LaunchTemplateSpecification *TemplateRef
	Overrides                   []Override
}

// An Override is one choice of a group; it may bring a template of its own.
type Override struct {
	InstanceType                string
	LaunchTemplateSpecification *TemplateRef
}

// A Distribution says how choices are made.
type Distribution struct {
	OnDemandAllocationStrategy, SpotAllocationStrategy        string
	OnDemandBaseCapacity, OnDemandPercentageAboveBaseCapacity int
}

// A Member is an instance of a group.
type Member struct {
	InstanceId, InstanceType, AvailabilityZone string
	LifecycleState, HealthStatus               string
	LaunchConfigurationName                    string
	LaunchTemplate                             *TemplateRef
	ProtectedFromScaleIn                       bool
}

// A GroupTag is a tag of a group.
type GroupTag struct {
	ResourceId, ResourceType, Key, Value string
	PropagateAtLaunch                    bool
}

// Template finds a template by id or name, -1 if there is none.
func (f *Fleet) Template(idOrName string) int {
	return slices.IndexFunc(f.Templates, func(t *LaunchTemplate) bool {
		return t.LaunchTemplateId == idOrName || t.LaunchTemplateName == idOrName
	})
}

// Image finds an image by id, -1 if there is none.
func (f *Fleet) Image(id string) int {
	return slices.IndexFunc(f.Images, func(i *Image) bool { return i.ImageId == id })
}

// Version is the version that a word names, nil if there is none: a number,
// "$Default", "$Latest", or "" for the default.
func (t *LaunchTemplate) Version(word string) *TemplateVersion {
	n := 0
	switch word {
	case "", "$Default":
		n = t.DefaultVersionNumber
	case "$Latest":
		n = t.LatestVersionNumber
	default:
		var err error
		if n, err = strconv.Atoi(word); err != nil {
			return nil
		}
	}
	if n < 1 || n > len(t.Versions) {
		return nil
	}
	return t.Versions[n-1]
}

// image makes an image that is owned by an account, or by Amazon.
func image(id, owner, imds string, made time.Time) *Image {
	i := &Image{
		ImageId: id, ImageLocation: owner + "/base-" + id[len(id)-4:], ImageState: "available", ImageOwnerId: owner, ImageType: "machine", Name: "base-" + id[len(id)-4:],
		CreationDate: made.Format("2006-01-02T15:04:05.000Z"), Architecture: "x86_64", RootDeviceType: "ebs", RootDeviceName: "/dev/xvda",
		VirtualizationType: "hvm", Hypervisor: "xen", EnaSupport: true, ImdsSupport: imds, PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances",
	}
	if owner == amazon {
		i.ImageOwnerAlias, i.IsPublic, i.ImageLocation = "amazon", true, "amazon/"+i.Name
	}
	return i
}

// amazon is the account that owns Amazon Linux images.
const amazon = "137112412989"
