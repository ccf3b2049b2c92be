package estate

import "plumbline/internal/fact"

// A Template is what new workloads are made from.
type Template struct {
	Subject
	Type     string          // launch_template, launch_configuration, auto_scaling_group, instance_template; always known
	InUse    fact.Of[bool]   // a group launches from it; of a group: it may launch
	Default  fact.Of[string] // of a launch template: the number of the version that a launch takes which names none
	Next     Forecast        // of the version that is used; of a group: of its next instance
	Versions fact.List[TemplateVersion]
	Members  fact.Of[int64] // of a group: how many instances it has
	AutoLink fact.Of[bool]  // its next workload is bound to its default profile without anybody's further doing
}

// A Forecast is what the next instance will get, option by option, and who says
// so: the template, the account's default, the image, or the service.
type Forecast struct {
	Launches      fact.Of[bool] // false: the launch is refused, because tokens are enforced and these settings do not require them
	Tokens        fact.Of[string]
	TokensBy      fact.Of[string] // template, account, image, service
	Endpoint      fact.Of[string]
	EndpointBy    fact.Of[string]
	HopLimit      fact.Of[int64]
	HopLimitBy    fact.Of[string]
	Protocol      fact.Of[string] // http, https
	PublicIP      fact.Of[string] // yes, no, subnet: as the subnet has it
	Power         fact.Of[string] // of the identity that it will have
	AtLeast       fact.Of[string]
	ContainerHost fact.Of[bool]
}

// A TemplateVersion is one version of a launch template; a launch configuration
// has one.
type TemplateVersion struct {
	Number   string
	InUse    fact.Of[bool]   // the default, or one that a group resolves
	Tokens   fact.Of[string] // required, optional, or unset
	Endpoint fact.Of[string] // enabled, disabled, or unset
	HopLimit fact.Of[int64]  // 0: unset
	PublicIP fact.Of[string] // yes, no, subnet
	Secrets  fact.Of[int64]  // found in its user data
	Path     string
}

// An Image is what a workload boots from.
type Image struct {
	Subject
	Owned      fact.Of[bool]   // by the account
	State      fact.Of[string] // available, or another word of the provider's
	Tokens     fact.Of[string] // what it asks for: required, unset
	InUse      fact.Of[bool]   // a template, a group or an instance that was seen names it
	Constraint fact.Of[bool]   // it may be used only where the metadata service is set in a certain way
	Next       Forecast        // of a launch from it that says nothing
}
