package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ibmResources are the resources of Terraform's provider for IBM Cloud that
// fixes name, with those of their arguments that fixes have; "!" is one that a
// new resource has to have, and "a.b" stands in the block "a". They are written
// down from the provider's documentation, 1.87
// (registry.terraform.io/providers/IBM-Cloud/ibm/latest/docs).
var ibmResources = map[string]string{
	"ibm_is_instance":                  "metadata_service metadata_service.enabled metadata_service.protocol metadata_service.response_hop_limit default_trusted_profile_auto_link",
	"ibm_is_bare_metal_server":         "metadata_service metadata_service.enabled metadata_service.protocol",
	"ibm_is_instance_template":         "metadata_service metadata_service.enabled metadata_service.protocol metadata_service.response_hop_limit user_data",
	"ibm_is_image":                     "allowed_use allowed_use.instance",
	"ibm_is_virtual_network_interface": "allow_ip_spoofing",
	"ibm_is_security_group_rule":       "remote tcp tcp.port_min tcp.port_max",
	"ibm_is_network_acl_rule":          "network_acl! before action! direction! source! destination! tcp tcp.port_min tcp.port_max",
	"ibm_is_vpn_server":                "certificate_crn! client_ip_pool! subnets! client_authentication! client_authentication.method! client_authentication.identity_provider",
	"ibm_is_flow_log":                  "name! target! storage_bucket! active",
	"ibm_is_virtual_endpoint_gateway":  "name! vpc! target! target.crn target.resource_type!",
	"ibm_is_backup_policy":             "name! match_user_tags!",
	"ibm_is_backup_policy_plan":        "backup_policy_id! cron_spec! name deletion_trigger deletion_trigger.delete_after",
	"ibm_iam_account_settings": "mfa restrict_create_service_id restrict_create_platform_apikey session_expiration_in_seconds session_invalidation_in_seconds " +
		"system_access_token_expiration_in_seconds",
	"ibm_iam_service_api_key":        "name! iam_service_id!",
	"ibm_iam_trusted_profile_link":   "profile_id! cr_type! link! link.crn!",
	"ibm_iam_trusted_profile_policy": "profile_id roles! resources resources.service resources.resource_instance_id",
	"ibm_atracker_route":             "name! rules! rules.target_ids! rules.locations",
}

var (
	tfResource = regexp.MustCompile(`^resource "(\w+)" "\w+" \{`)
	tfNamed    = regexp.MustCompile(`^#.*\b(ibm_[a-z_]+)`)
	tfBlock    = regexp.MustCompile(`^(\w+) \{$`)
	tfArgument = regexp.MustCompile(`^(\w+) += \S`)
)

// checkTerraform holds a text for Terraform against what the provider takes: each
// resource of it, or arguments for one that a comment names. Without such a name
// some resource has to take them.
func checkTerraform(text string) error {
	about, block, made := "", "", false
	has := map[string]bool{}
	for _, line := range strings.Split(placeholder.ReplaceAllString(text, anything), "\n") {
		line = strings.TrimSpace(line)
		if m := tfResource.FindStringSubmatch(line); m != nil {
			if _, known := ibmResources[m[1]]; !known {
				return fmt.Errorf("nothing is known of the resource %s", m[1])
			}
			about, made, has = m[1], true, map[string]bool{}
			continue
		}
		name := ""
		switch opened, argument := tfBlock.FindStringSubmatch(line), tfArgument.FindStringSubmatch(line); {
		case strings.HasPrefix(line, "#") && !made:
			if m := tfNamed.FindStringSubmatch(line); m != nil {
				about = m[1]
			}
			continue
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case line == "}" && block != "":
			block = ""
			continue
		case line == "}" && made:
			if err := whole(about, has); err != nil {
				return err
			}
			about, made = "", false
			continue
		case opened != nil && block == "":
			name, block = opened[1], opened[1]+"."
		case argument != nil:
			name = block + argument[1]
		default:
			return fmt.Errorf("%q is not understood", line)
		}
		has[name] = true
		if !takes(about, name) {
			return fmt.Errorf("%s takes no %s", about, name)
		}
	}
	if block != "" || made {
		return fmt.Errorf("%s is not closed", about)
	}
	return nil
}

// takes says that a resource has an argument, or any has where none is named.
func takes(resource, name string) bool {
	for known, arguments := range ibmResources {
		if (resource == known || resource == "") && slices.Contains(strings.Fields(strings.ReplaceAll(arguments, "!", "")), name) {
			return true
		}
	}
	return false
}

// whole says that a resource has what it has to, in each block that it has.
func whole(resource string, has map[string]bool) error {
	for _, a := range strings.Fields(ibmResources[resource]) {
		name, wanted := strings.CutSuffix(a, "!")
		block, _, inner := strings.Cut(name, ".")
		if wanted && !has[name] && (!inner || has[block]) {
			return fmt.Errorf("%s wants %s", resource, name)
		}
	}
	return nil
}

// Every argument of a Terraform text for IBM Cloud is one that the provider has.
func TestTheTerraformOfIBMFixesIsUnderstood(t *testing.T) {
	t.Parallel()
	held := 0
	for _, r := range rules(t).Rules() {
		if r.Provider != "ibm" && r.ID != "XC-005" || r.Fix.Terraform == "" {
			continue
		}
		if err := checkTerraform(r.Fix.Terraform); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		held++
	}
	if held < 25 {
		t.Errorf("only %d texts were held", held)
	}
}

func TestTheModelOfTerraform(t *testing.T) {
	t.Parallel()
	const link = "resource \"ibm_iam_trusted_profile_link\" \"x\" {\n  profile_id = \"{{ p.id }}\"\n  cr_type    = \"VSI\"\n  link {\n    crn = a.b.crn\n  }\n}\n"
	for text, wrong := range map[string]string{
		link: "",
		"# in the resource ibm_is_image of {{ i.id }}\nallowed_use {\n  instance = \"a == 'b'\"\n}\n": "",
		"# somewhere\nallow_ip_spoofing = false\n":                                                    "",
		"# somewhere\nallow_spoofing = false\n":                                                       "takes no allow_spoofing",
		"# in ibm_is_image\nmetadata_service {\n  enabled = true\n}\n":                                "ibm_is_image takes no metadata_service",
		"# in ibm_is_bare_metal_server\nmetadata_service {\n  hops = 1\n}\n":                          "takes no metadata_service.hops",
		strings.Replace(link, "  cr_type    = \"VSI\"\n", "", 1):                                      "wants cr_type",
		strings.Replace(link, "    crn = a.b.crn\n", "", 1):                                           "wants link.crn",
		strings.Replace(link, "profile_link", "profile_links", 1):                                     "nothing is known",
		strings.TrimSuffix(link, "}\n"):                                                               "is not closed",
		"# in ibm_is_instance\nmetadata_service: true\n":                                              "is not understood",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			switch err := checkTerraform(text); {
			case err == nil && wrong != "":
				t.Errorf("it passes, and what is wrong is: %s", wrong)
			case err != nil && (wrong == "" || !strings.Contains(err.Error(), wrong)):
				t.Errorf("%v, want %q", err, wrong)
			}
		})
	}
}
