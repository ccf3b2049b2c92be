package sim

// A Scene is one arrangement of a network, with the answer that is true of an
// instance in it. The answers are written down, never worked out.
type Scene struct {
	Name   string
	Where  string // the kind of region it stands in, one of sceneKinds; "" is open
	V4, V6 Reach  // what is true for IPv4 and for IPv6

	build func(*site)
}

// A Reach is what is true of an instance in one address family.
type Reach struct {
	State  string // one of the words below; "" where no answer is carried
	Latent bool   // it does not run, and would be reachable or via_lb if it did
	Public string // a public address or a load balancer leads to it by a route, whatever filters say: Yes or No; "" where the words allow either
	Open   []Opening

	Perhaps bool // more may be open than Open says: something that decides is not told, and what is open for certain gives the word
}

// The states of a Reach. Any source means at least 2^24 public IPv4 addresses,
// or a /16 of 2000::/3.
const (
	Reachable  = "reachable"  // from any source, without a load balancer, and an answer finds its way back
	Restricted = "restricted" // from chosen sources on the internet only
	ViaLB      = "via_lb"     // from any source, through a load balancer alone
	Internal   = "internal"   // not from the internet
	Isolated   = "isolated"   // it does not run
	Uncertain  = "unknown"    // what would decide was not told
)

// Words for Public and AnySource.
const (
	Yes = "true"
	No  = "false"
)

// Ways back, see Opening.Return.
const (
	Full    = "full"    // to every client port from 1024 on
	Partial = "partial" // to some client ports
	OneWay  = "one_way" // to none
)

// An Opening is a range of ports that packets from the internet reach. It is
// exact: whatever is in no opening is closed.
type Opening struct {
	Protocol           string // "tcp", "udp", "icmp", "icmpv6", a protocol's number, or Others
	From, To           int    // of the instance; 0 and 0 where the protocol has no ports
	FrontFrom, FrontTo int    // that a client dials
	Balanced           bool   // it leads through a load balancer
	Layer              string // "l4", or "l7" where a load balancer speaks the application's protocol
	AnySource          string
	Return             string
	Sources            []string // blocks it is open to; nil is the whole family
	Except             []string // blocks it is not open to, though Sources cover them
	ClientPorts        []Ports  // where Return is partial: the client ports that answers reach
}

// Others is every protocol but TCP, UDP and ICMP.
const Others = "others"

// Scenes returns every scene, in a fixed order.
func Scenes() []*Scene { return scenes }

func world(protocol string, from, to int) Opening {
	return Opening{Protocol: protocol, From: from, To: to, FrontFrom: from, FrontTo: to, Layer: "l4", AnySource: Yes, Return: Full}
}

// chosen is an opening to few sources.
func (o Opening) chosen(sources ...string) Opening {
	o.AnySource, o.Sources = No, sources
	return o
}

// wide is an opening to a part of the internet that counts as any source.
func (o Opening) wide(sources ...string) Opening {
	o.Sources = sources
	return o
}

func (o Opening) except(blocks ...string) Opening {
	o.Except = blocks
	return o
}

func (o Opening) partly(ports ...Ports) Opening {
	o.Return, o.ClientPorts = Partial, ports
	return o
}

func (o Opening) oneWay() Opening {
	o.Return = OneWay
	return o
}

// behind is an opening that clients find at another port.
func (o Opening) behind(front int, layer string) Opening {
	o.Balanced, o.FrontFrom, o.FrontTo, o.Layer = true, front, front, layer
	return o
}

func reachable(o ...Opening) Reach  { return Reach{State: Reachable, Public: Yes, Open: o} }
func restricted(o ...Opening) Reach { return Reach{State: Restricted, Public: Yes, Open: o} }
func viaLB(o ...Opening) Reach      { return Reach{State: ViaLB, Public: Yes, Open: o} }
func isolated(latent bool, public string) Reach {
	return Reach{State: Isolated, Latent: latent, Public: public}
}

var (
	ssh       = world("tcp", 22, 22)
	shut      = Reach{State: Internal, Public: Yes} // a way leads there, and something bars it
	barred    = Reach{State: Internal}              // likewise, barred by what is no filter
	apart     = Reach{State: Internal, Public: No}  // no way leads there
	uncertain = Reach{State: Uncertain}
	everytalk = []Opening{world("tcp", 0, 65535), world("udp", 0, 65535), world("icmp", 0, 0), world(Others, 0, 0)}
)

// Blocks of the public internet that scenes admit or deny.
const (
	officeBlock = "62.112.16.0/24"
	branchBlock = "2a00:1450:4001::/48"
)

// sceneKinds are the kinds of regions that scenes stand in: how the region
// blocks public access, and what may not be called there.
var sceneKinds = []struct {
	name, mode string
	refuses    []string
}{
	{"open", "off", nil},
	{"ingress blocked", "block-ingress", nil},
	{"both ways blocked", "block-bidirectional", nil},
	{"ACLs refused", "off", []string{"DescribeNetworkAcls"}},
	{"groups refused", "off", []string{"DescribeSecurityGroups", "DescribeSecurityGroupRules"}},
	{blockUntold, "off", []string{"DescribeVpcBlockPublicAccessOptions"}},
	{exclusionsUntold, "block-ingress", []string{"DescribeVpcBlockPublicAccessExclusions"}},
	{"route tables refused", "off", []string{"DescribeRouteTables"}},
	{"balancers refused", "off", []string{"DescribeLoadBalancers"}},
	{"prefix lists refused", "off", []string{"DescribeManagedPrefixLists", "GetManagedPrefixListEntries"}},
	{"rules refused", "off", []string{"DescribeRules"}},
	{"attributes refused", "off", []string{"DescribeTargetGroupAttributes"}},
}

// Kinds of regions in which VPCs and subnets do not tell either whether public
// access to them is blocked.
const (
	blockUntold      = "block options refused"
	exclusionsUntold = "exclusions refused"
)
