package ibmsim

import "plumbline/internal/cloud/sim/ibmestate"

func (s *Server) listBareMetal(c *caller) (any, *refusal) {
	return listed(s, c, "bare_metal_servers", c.region.BareMetal, (*caller).bareMetal)
}

func (c *caller) bareMetal(x *ibmestate.Server) any {
	o := stable(healthy(c.owned(x.Thing, x.Group, "bare_metal_servers", "bare_metal_server")), "stable")
	o["bandwidth"], o["memory"], o["enable_secure_boot"], o["status"], o["status_reasons"] = 20000, 256, false, x.Status, []any{}
	o["cpu"] = object{"architecture": "amd64", "core_count": 24, "socket_count": 1, "threads_per_core": 2}
	disk := x.ID[:5] + "disk" + x.ID[9:]
	o["boot_target"] = object{"id": disk, "name": "boot", "href": c.at("bare_metal_servers/" + x.ID + "/disks/" + disk), "resource_type": "bare_metal_server_disk"}
	o["disks"], o["firmware"], o["trusted_platform_module"] = []any{}, object{"update": "none"}, object{"enabled": false, "mode": "disabled", "supported_modes": []string{"disabled", "tpm_2"}}
	o["reservation_affinity"] = object{"policy": "disabled", "pool": []any{}}
	o["profile"] = object{"name": x.Profile, "href": c.at("bare_metal_server/profiles/" + x.Profile), "resource_type": "bare_metal_server_profile"}
	o["metadata_service"] = object{"enabled": x.Metadata.Enabled, "protocol": x.Metadata.Protocol}
	o["vpc"], o["zone"] = c.vpcRef(x.VPC), c.zone(x.Zone)
	o["network_interfaces"] = each(x.Interfaces, func(i *ibmestate.Interface) any { return c.nic(i, x) })
	o["primary_network_interface"] = c.nic(x.Interfaces[0], x)
	if !x.Legacy {
		o["network_attachments"] = each(x.Interfaces, func(i *ibmestate.Interface) any { return c.attachment(i, x) })
		o["primary_network_attachment"] = c.attachment(x.Interfaces[0], x)
	}
	return withExtra(o, x.Extra)
}

func (s *Server) getInitialization(c *caller) (any, *refusal) {
	x := c.region.Find(c.PathValue("id"))
	if x == nil {
		return nil, notFound("instance " + c.PathValue("id"))
	}
	return c.initialization(x), nil
}

func (s *Server) getBareMetalInitialization(c *caller) (any, *refusal) {
	x := c.region.FindBare(c.PathValue("id"))
	if x == nil {
		return nil, notFound("bare metal server " + c.PathValue("id"))
	}
	o := c.initialization(x)
	o["image"], o["user_accounts"] = c.ref(x.Image.Thing, "images", "image"), []any{}
	return o, nil
}

func (c *caller) initialization(x *ibmestate.Server) object {
	o := object{"keys": each(x.Keys, func(k *ibmestate.Key) any {
		r := typeless(c.ref(k.Thing, "keys", ""))
		r["fingerprint"] = fingerprint(k)
		return r
	})}
	if x.Default != nil {
		o["default_trusted_profile"] = object{"auto_link": x.Default.AutoLink, "target": profileRef(x.Default.Profile)}
	}
	return o
}

func profileRef(p *ibmestate.Profile) object {
	return object{"id": p.ID, "crn": p.CRN, "resource_type": "trusted_profile"}
}

func fingerprint(k *ibmestate.Key) string { return "SHA256:" + k.ID[5:13] + k.ID[14:18] + k.ID[19:23] }

func (s *Server) listKeys(c *caller) (any, *refusal) {
	return listed(s, c, "keys", c.region.Keys, func(c *caller, k *ibmestate.Key) any {
		o := c.owned(k.Thing, k.Group, "keys", "")
		o["fingerprint"], o["length"], o["type"], o["public_key"] = fingerprint(k), 256, "ed25519", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISimulatedKeyOfNobody "+k.Name
		return o
	})
}

func (s *Server) listImages(c *caller) (any, *refusal) {
	all := c.region.Images
	if v := c.URL.Query().Get("visibility"); v != "" {
		all = nil
		for _, i := range c.region.Images {
			if visibility(i) == v {
				all = append(all, i)
			}
		}
	}
	return listed(s, c, "images", all, (*caller).image)
}

func visibility(i *ibmestate.Image) string {
	if i.Private {
		return "private"
	}
	return "public"
}

func (c *caller) image(i *ibmestate.Image) any {
	o := c.owned(i.Thing, i.Group, "images", "image")
	o["allowed_use"] = object{"api_version": "2026-04-07", "bare_metal_server": "true", "instance": i.AllowedUse}
	o["catalog_offering"], o["encryption"], o["status"], o["status_reasons"] = object{"managed": false}, "none", i.Status, []any{}
	o["file"], o["minimum_provisioned_size"] = object{"size": 3, "checksums": object{"sha256": "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"}}, 100
	o["operating_system"] = object{
		"name": "ubuntu-24-04-amd64", "display_name": "Ubuntu Linux 24.04 LTS", "family": "Ubuntu Linux", "vendor": "Canonical", "version": "24.04 LTS", "architecture": "amd64",
		"allow_user_image_creation": true, "dedicated_host_only": false, "user_data_format": "cloud_init", "href": c.at("operating_systems/ubuntu-24-04-amd64"),
	}
	o["user_data_format"], o["visibility"], o["zones"] = "cloud_init", visibility(i), []any{c.zone(c.region.Name + "-1")}
	return o
}

// listTemplates lists all of them at once: this call has no pages.
func (s *Server) listTemplates(c *caller) (any, *refusal) {
	all := each(c.region.Templates, func(t *ibmestate.Template) any { return c.template(t) })
	return object{"templates": all, "limit": max(len(all), 1), "total_count": len(all), "first": object{"href": c.base + c.URL.Path}}, nil
}

// template says what servers are made of, in the words of the request that made
// it: what it left out is left out here.
func (c *caller) template(t *ibmestate.Template) any {
	o := c.owned(t.Thing, t.Group, "instance/templates", "")
	o["image"], o["profile"], o["vpc"], o["zone"] = object{"id": t.Image.ID}, object{"name": "bx2-2x8"}, object{"id": t.VPC.ID}, object{"name": t.Subnet.Zone}
	vni := object{"subnet": object{"id": t.Subnet.ID}, "security_groups": []any{object{"id": t.Security.ID}}, "allow_ip_spoofing": false, "auto_delete": true}
	o["primary_network_attachment"] = object{"name": "eth0", "virtual_network_interface": vni}
	o["boot_volume_attachment"] = object{"delete_volume_on_instance_delete": true, "volume": object{"name": t.Name + "-boot", "profile": object{"name": "general-purpose"}}}
	if m := t.Metadata; m != nil {
		o["metadata_service"] = metadata{m.Enabled, m.Protocol, m.HopLimit}
	}
	if t.UserData != "" {
		o["user_data"] = t.UserData
	}
	if len(t.Keys) > 0 {
		o["keys"] = each(t.Keys, func(k *ibmestate.Key) any { return object{"id": k.ID} })
	}
	if t.Default != nil {
		o["default_trusted_profile"] = object{"auto_link": t.Default.AutoLink, "target": object{"id": t.Default.Profile.ID}}
	}
	return o
}

func (s *Server) listInstanceGroups(c *caller) (any, *refusal) {
	return listed(s, c, "instance_groups", c.region.InstanceGroups, (*caller).instanceGroup)
}

func (c *caller) instanceGroup(g *ibmestate.InstanceGroup) any {
	o := stable(c.owned(g.Thing, g.Group, "instance_groups", ""), "stable")
	o["updated_at"], o["membership_count"], o["status"], o["managers"] = stamp(g.Created), g.Count, g.Status, []any{}
	o["instance_template"] = typeless(c.ref(g.Template.Thing, "instance/templates", ""))
	o["subnets"] = each(g.Subnets, func(n *ibmestate.Subnet) any { return c.subnetRef(n) })
	o["vpc"] = c.vpcRef(g.Template.VPC)
	if g.Pool != nil {
		o["load_balancer_pool"], o["application_port"] = c.poolRef(g.Balancer, g.Pool), 443
	}
	return o
}
