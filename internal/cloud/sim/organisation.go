package sim

// An Organisation is what stands above one account: a root, one unit below it
// that holds the account, and the policies at each.
type Organisation struct {
	ID, Manager string // the manager is the account that control policies do not bind
	Root, Unit  string // ids
	Policies    []ControlPolicy
	Targets     map[string][]string // ids of policies by the id of root, unit or account
	Declarative string              // the effective policy for EC2, in JSON; "" is none
}

// A ControlPolicy is a service control policy.
type ControlPolicy struct{ ID, Name, Description, Content string }

// An OrgCase is one way an account may stand in an organisation.
type OrgCase struct {
	Name        string
	Member      bool
	Manager     bool // it is the management account itself
	Root        []ControlPolicy
	Unit        []ControlPolicy
	Account     []ControlPolicy
	Declarative string
	Cuts        bool // it takes something away from every role: only power cases made for it are true here
	Unsure      bool // it may take something away, under a condition: what roles may do for certain is not said

	// What is true of it. "" and false where it is not in force.
	Tokens   string // of the declarative policy: required, optional, no-preference
	Enforced string // enabled, disabled, no-preference
	Launch   bool   // a policy that binds the account denies launches without tokens
	Modify   bool   // one denies making tokens optional
}

func full() []ControlPolicy {
	return []ControlPolicy{{"p-FullAWSAccess", "FullAWSAccess", "Allows access to every operation", policy(allow("*", "*"))}}
}

func beside(p ...ControlPolicy) []ControlPolicy { return append(full(), p...) }

// The control policies of the cases.
var (
	denyIAM        = ControlPolicy{"p-denyiam001", "no-iam", "Identities are made elsewhere", policy(deny("iam:* organizations:* account:*"))}
	readingOnly    = ControlPolicy{"p-reading001", "reading-only", "An archive", policy(allow("s3:Get* s3:List* ec2:Describe*", "*"))}
	denyEverything = ControlPolicy{"p-closed0001", "closed", "Nothing runs here", policy(deny("*"))}
	denyV1Org      = ControlPolicy{"p-tokens0001", "credentials-by-token-only", "", policy(denyV1)}
	denyLaunch     = ControlPolicy{"p-launch0001", "launch-with-tokens", "", policy(`{"Sid":"Launch","Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringNotEquals":{"ec2:MetadataHttpTokens":"required"}}}`)}
	denyModify     = ControlPolicy{"p-modify0001", "keep-tokens", "", policy(`{"Sid":"Keep","Effect":"Deny","Action":"ec2:ModifyInstanceMetadataOptions","Resource":"*","Condition":{"StringNotEquals":{"ec2:Attribute/HttpTokens":"required"},"Null":{"ec2:Attribute/HttpTokens":"false"}}}`)}
)

// OrgCases returns every case of an organisation, in a fixed order.
func OrgCases() []OrgCase { return orgCases }

var orgCases = []OrgCase{
	{Name: "none"},
	{Name: "everything allowed", Member: true, Root: full(), Unit: full(), Account: full()},
	{Name: "iam denied", Member: true, Cuts: true, Root: beside(denyIAM), Unit: full(), Account: full()},
	{Name: "reading allowed", Member: true, Cuts: true, Root: full(), Unit: []ControlPolicy{readingOnly}, Account: full()},
	{Name: "management", Member: true, Manager: true, Root: beside(denyEverything), Unit: full(), Account: full()},
	{Name: "v1 denied", Member: true, Cuts: true, Root: full(), Unit: beside(denyV1Org), Account: full()},
	{Name: "tokens by control policy", Member: true, Unsure: true, Root: beside(denyLaunch), Unit: full(), Account: beside(denyModify), Launch: true, Modify: true},
	{Name: "launches by control policy, changes free", Member: true, Unsure: true, Root: beside(denyLaunch), Unit: full(), Account: full(), Launch: true},
	{Name: "tokens by control policy, in the account that policies do not bind", Member: true, Manager: true, Root: beside(denyLaunch, denyModify), Unit: full(), Account: full()},
	{Name: "tokens by declarative policy", Member: true, Root: full(), Unit: full(), Account: full(), Tokens: "required",
		Declarative: `{"ec2_attributes":{"instance_metadata_defaults":{"http_tokens":"required","http_put_response_hop_limit":"2","http_endpoint":"no_preference","instance_metadata_tags":"disabled"},"exception_message":"Ask the platform team & see the wiki."}}`},
	{Name: "tokens enforced by declarative policy", Member: true, Root: full(), Unit: full(), Account: full(), Tokens: "required", Enforced: "enabled",
		Declarative: `{"ec2_attributes":{"instance_metadata_defaults":{"http_tokens":"required","http_tokens_enforced":"enabled","http_put_response_hop_limit":"-1"}}}`},
	{Name: "a declarative policy about something else", Member: true, Root: full(), Unit: full(), Account: full(),
		Declarative: `{"ec2_attributes":{"serial_console_access":{"status":"disabled"}}}`},
}

func orgCaseNamed(name string) OrgCase {
	for _, c := range orgCases {
		if c.Name == name {
			return c
		}
	}
	panic("no such case of an organisation: " + name)
}

// organise puts an account under an organisation.
func (a *Account) organise(c OrgCase) {
	a.OrgCase = c.Name
	if !c.Member {
		return
	}
	o := &Organisation{ID: "o-exampleorg1", Manager: "999988887777", Root: "r-ab12", Unit: "ou-ab12-11111111", Declarative: c.Declarative}
	if c.Manager {
		o.Manager = a.ID
	}
	o.Targets = map[string][]string{}
	for _, at := range []struct {
		id       string
		policies []ControlPolicy
	}{{o.Root, c.Root}, {o.Unit, c.Unit}, {a.ID, c.Account}} {
		for _, p := range at.policies {
			o.Targets[at.id] = append(o.Targets[at.id], p.ID)
			if o.policy(p.ID) == nil {
				o.Policies = append(o.Policies, p)
			}
		}
	}
	a.Org = o
}

func (o *Organisation) policy(id string) *ControlPolicy {
	for i := range o.Policies {
		if o.Policies[i].ID == id {
			return &o.Policies[i]
		}
	}
	return nil
}

// Policy finds a control policy by id, nil if there is none.
func (o *Organisation) Policy(id string) *ControlPolicy { return o.policy(id) }

// A GuardrailExpectation is what an organisation truly imposes on the metadata
// service of an account.
type GuardrailExpectation struct {
	Account, Case    string
	Member, Manager  bool
	Tokens, Enforced string // of the declarative policy; "" where it says nothing
	Launch, Modify   bool
}

// ExpectedGuardrails lists them by account.
func (e *Estate) ExpectedGuardrails() []GuardrailExpectation {
	var out []GuardrailExpectation
	for _, a := range e.Accounts {
		c := orgCaseNamed(a.OrgCase)
		out = append(out, GuardrailExpectation{a.ID, c.Name, c.Member, c.Manager, c.Tokens, c.Enforced, c.Launch, c.Modify})
	}
	return out
}
