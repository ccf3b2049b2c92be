package awsfact

import "plumbline/internal/wire"

var balancerShapes = map[string]*wire.Shape{
	CallLoadBalancers: {
		Kind: KindLoadBalancer, Split: listIn("LoadBalancers"),
		Sets:    setsAt("AvailabilityZones:ZoneName", "AvailabilityZones/LoadBalancerAddresses", "AvailabilityZones/SourceNatIpv6Prefixes", "SecurityGroups"),
		Secrets: []string{"LoadBalancerName", "State/Reason"},
	},
	CallLoadBalancers + " " + SubjectClassic: {
		Kind: KindClassicLoadBalancer, Split: listIn("LoadBalancerDescriptions"),
		Sets: setsAt("AvailabilityZones", "BackendServerDescriptions:InstancePort", "BackendServerDescriptions/PolicyNames",
			"Instances:InstanceId", "ListenerDescriptions", "ListenerDescriptions/PolicyNames",
			"Policies/AppCookieStickinessPolicies:PolicyName", "Policies/LBCookieStickinessPolicies:PolicyName", "Policies/OtherPolicies",
			"SecurityGroups", "Subnets"),
		Secrets: []string{"LoadBalancerName", "Policies/AppCookieStickinessPolicies/CookieName", "SourceSecurityGroup/GroupName"},
	},
	// Actions are done in their order. What a client of the load balancer's own
	// identity provider sends is a secret.
	CallListeners: {
		Kind: KindListener, Split: listIn("Listeners"),
		Sets: setsAt("AlpnPolicy", "Certificates:CertificateArn", "DefaultActions/ForwardConfig/TargetGroups:TargetGroupArn",
			"DefaultActions/JwtValidationConfig/AdditionalClaims:Name", "DefaultActions/JwtValidationConfig/AdditionalClaims/Values"),
		Secrets: []string{"DefaultActions/FixedResponseConfig/MessageBody", "DefaultActions/RedirectConfig/Query", "DefaultActions/RedirectConfig/Path"},
		Hide: []string{"DefaultActions/AuthenticateOidcConfig/ClientSecret", "DefaultActions/AuthenticateOidcConfig/AuthenticationRequestExtraParams",
			"DefaultActions/AuthenticateCognitoConfig/AuthenticationRequestExtraParams"},
	},
	// A header or a query that a rule asks for is often a secret that a content
	// network in front shares with the load balancer.
	CallListenerRules: {
		Kind: KindListenerRule, Split: listIn("Rules"),
		Sets: setsAt("Actions/ForwardConfig/TargetGroups:TargetGroupArn", "Actions/JwtValidationConfig/AdditionalClaims:Name", "Actions/JwtValidationConfig/AdditionalClaims/Values",
			"Conditions", "Conditions/RegexValues", "Conditions/Values", "Conditions/HostHeaderConfig/RegexValues", "Conditions/HostHeaderConfig/Values", "Conditions/HttpHeaderConfig/RegexValues",
			"Conditions/HttpHeaderConfig/Values", "Conditions/HttpRequestMethodConfig/Values", "Conditions/PathPatternConfig/RegexValues", "Conditions/PathPatternConfig/Values",
			"Conditions/QueryStringConfig/Values", "Conditions/SourceIpConfig/Values"),
		Secrets: []string{"Actions/FixedResponseConfig/MessageBody", "Actions/RedirectConfig/Query", "Actions/RedirectConfig/Path", "Conditions/Values",
			"Conditions/HostHeaderConfig/RegexValues", "Conditions/HostHeaderConfig/Values", "Conditions/PathPatternConfig/RegexValues", "Conditions/PathPatternConfig/Values"},
		Hide: []string{"Actions/AuthenticateOidcConfig/ClientSecret", "Actions/AuthenticateOidcConfig/AuthenticationRequestExtraParams",
			"Actions/AuthenticateCognitoConfig/AuthenticationRequestExtraParams",
			"Conditions/RegexValues", "Conditions/HttpHeaderConfig/RegexValues", "Conditions/HttpHeaderConfig/Values", "Conditions/QueryStringConfig/Values/Key", "Conditions/QueryStringConfig/Values/Value"},
	},
	CallTargetGroups: {
		Kind: KindTargetGroup, Split: listIn("TargetGroups"), Sets: setsAt("LoadBalancerArns"),
		Secrets: []string{"TargetGroupName", "HealthCheckPath"},
	},
	CallTargetHealth: {
		Kind: KindTargetHealth, Split: listIn("TargetHealthDescriptions"),
		Drop: []string{"AdministrativeOverride/Description", "AnomalyDetection", "TargetHealth/Description"},
	},
	CallTargetConfig: {Kind: KindTargetAttributes, Split: wholeReply, Sets: setsAt("Attributes:Key"), Secrets: []string{"Attributes/Value"}},
}
