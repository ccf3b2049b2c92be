package ibmfact

import (
	"plumbline/internal/secret"
	"plumbline/internal/wire"
)

var computeShapes = map[string]*wire.Shape{
	CallInstances: in("instances", KindInstance, wire.Shape{
		Sets: setsAt("cluster_network_attachments:id", "disks:id", "health_reasons:code", "lifecycle_reasons:code", "network_attachments:id",
			"network_interfaces:id", "reservation_affinity/pool:id", "software_attachments:id", "status_reasons:code", "volume_attachments:id"),
	}),
	CallBareMetal: in("bare_metal_servers", KindBareMetal, wire.Shape{
		Sets: setsAt("disks:id", "health_reasons:code", "lifecycle_reasons:code", "network_attachments:id", "network_interfaces:id",
			"reservation_affinity/pool:id", "status_reasons:code", "trusted_platform_module/supported_modes"),
	}),
	CallInitialization: whole(KindInitialization, wire.Shape{
		Sets: setsAt("keys:id"),
		Hide: []string{"password/encrypted_password"},
	}),
	CallBareMetalInitialization: whole(KindInitialization, wire.Shape{
		Sets: setsAt("keys:id", "user_accounts:username"),
		Hide: []string{"user_accounts/encrypted_password"},
	}),
	CallVNIs: in("virtual_network_interfaces", KindVNI, wire.Shape{
		Sets: setsAt("ips:id", "security_groups:id"),
	}),
	CallInterfaces: in("network_interfaces", KindInterface, wire.Shape{
		Sets: setsAt("floating_ips:id", "security_groups:id"),
	}),
	CallBareMetalInterfaces: in("network_interfaces", KindInterface, wire.Shape{
		Sets: setsAt("allowed_vlans", "floating_ips:id", "security_groups:id"),
	}),
	// A template is what was asked for, not what came of it: the order of its
	// interfaces is the order in which they are made.
	CallTemplates: in("templates", KindTemplate, wire.Shape{
		Sets: setsAt("boot_volume_attachment/volume/user_tags", "keys:id", "network_attachments/virtual_network_interface/ips",
			"network_attachments/virtual_network_interface/security_groups", "network_interfaces/security_groups",
			"primary_network_attachment/virtual_network_interface/ips", "primary_network_attachment/virtual_network_interface/security_groups",
			"primary_network_interface/security_groups", "volume_attachments/volume/user_tags"),
		Secrets: []string{"boot_volume_attachment/volume/user_tags", "volume_attachments/volume/user_tags"},
		Digest:  map[string]wire.Digest{"user_data": secret.PlainDigest},
	}),
	CallInstanceGroups: in("instance_groups", KindInstanceGroup, wire.Shape{
		Sets: setsAt("lifecycle_reasons:code", "managers:id", "subnets:id"),
	}),
	CallImages: in("images", KindImage, wire.Shape{
		Sets: setsAt("status_reasons:code", "zones:name"),
	}),
	CallKeys: in("keys", KindKey, wire.Shape{}),
	CallBackupPolicies: in("backup_policies", KindBackupPolicy, wire.Shape{
		Sets:    setsAt("health_reasons:code", "included_content", "match_user_tags", "plans:id"),
		Secrets: []string{"match_user_tags"},
		Drop:    []string{"last_job_completed_at"},
	}),
}
