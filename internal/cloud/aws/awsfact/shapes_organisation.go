package awsfact

import "plumbline/internal/wire"

var organisationShapes = map[string]*wire.Shape{
	CallOrganization: {
		Kind: KindOrganization, JSON: true, Split: wire.Split{One: "Organization"},
		Sets: setsAt("AvailablePolicyTypes:Type"),
		Drop: []string{"MasterAccountEmail"}, // a person's, and nobody's business
	},
	CallParents:         {Kind: KindOrganizationParent, JSON: true, Split: listIn("Parents")},
	CallEffectivePolicy: {Kind: KindEffectivePolicy, JSON: true, Split: wire.Split{One: "EffectivePolicy"}, Secrets: []string{"PolicyContent"}},
	CallPoliciesForTarget: {
		Kind: KindPolicyTarget, JSON: true, Split: listIfAny("Policies"), Secrets: []string{"Description", "Name"},
	},
	CallControlPolicy: {
		Kind: KindControlPolicy, JSON: true, Split: wire.Split{One: "Policy"},
		Secrets: []string{"Content", "PolicySummary/Description", "PolicySummary/Name"},
	},
}
