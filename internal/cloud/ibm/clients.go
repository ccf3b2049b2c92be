package ibm

import (
	"cmp"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/atrackerv2"
	"github.com/IBM/platform-services-go-sdk/enterprisemanagementv1"
	"github.com/IBM/platform-services-go-sdk/iamaccessgroupsv2"
	"github.com/IBM/platform-services-go-sdk/iamidentityv1"
	"github.com/IBM/platform-services-go-sdk/iampolicymanagementv1"
	"github.com/IBM/platform-services-go-sdk/resourcemanagerv2"
	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud/ibm/ibmfact"
)

// clients of the services of the account.
type clients struct {
	identity   *iamidentityv1.IamIdentityV1
	policies   *iampolicymanagementv1.IamPolicyManagementV1
	groups     *iamaccessgroupsv2.IamAccessGroupsV2
	resources  *resourcemanagerv2.ResourceManagerV2
	tracker    *atrackerv2.AtrackerV2
	enterprise *enterprisemanagementv1.EnterpriseManagementV1
}

// vpcIn makes a client of VPC's API in a region.
func (c *Collector) vpcIn(region string) (*vpcv1.VpcV1, error) {
	vpc, err := vpcv1.NewVpcV1(&vpcv1.VpcV1Options{Authenticator: c.login, URL: c.places.region(region) + "/v1", Version: core.StringPtr(ibmfact.Version)})
	if err != nil {
		return nil, err
	}
	c.onWires(vpc.Service)
	return vpc, nil
}

// theClients makes those of the account.
func (c *Collector) theClients() (*clients, error) {
	iam := c.places.account(cmp.Or(c.places.iam, iamidentityv1.DefaultServiceURL))
	var a clients
	var err error
	if a.identity, err = iamidentityv1.NewIamIdentityV1(&iamidentityv1.IamIdentityV1Options{Authenticator: c.login, URL: iam}); err != nil {
		return nil, err
	}
	if a.policies, err = iampolicymanagementv1.NewIamPolicyManagementV1(&iampolicymanagementv1.IamPolicyManagementV1Options{Authenticator: c.login, URL: iam}); err != nil {
		return nil, err
	}
	if a.groups, err = iamaccessgroupsv2.NewIamAccessGroupsV2(&iamaccessgroupsv2.IamAccessGroupsV2Options{Authenticator: c.login, URL: iam}); err != nil {
		return nil, err
	}
	if a.resources, err = resourcemanagerv2.NewResourceManagerV2(&resourcemanagerv2.ResourceManagerV2Options{
		Authenticator: c.login, URL: c.places.account(resourcemanagerv2.DefaultServiceURL),
	}); err != nil {
		return nil, err
	}
	if a.tracker, err = atrackerv2.NewAtrackerV2(&atrackerv2.AtrackerV2Options{
		Authenticator: c.login, URL: c.places.account(atrackerv2.DefaultServiceURL),
	}); err != nil {
		return nil, err
	}
	enterprise := enterprisemanagementv1.DefaultServiceURL
	if c.places.endpoint != "" {
		enterprise = c.places.endpoint + "/v1"
	}
	if a.enterprise, err = enterprisemanagementv1.NewEnterpriseManagementV1(&enterprisemanagementv1.EnterpriseManagementV1Options{
		Authenticator: c.login, URL: enterprise,
	}); err != nil {
		return nil, err
	}
	for _, s := range []*core.BaseService{
		a.identity.Service, a.policies.Service, a.groups.Service, a.resources.Service, a.tracker.Service, a.enterprise.Service,
	} {
		c.onWires(s)
	}
	return &a, nil
}

// agent is what IBM Cloud's logs call us.
const agent = "plumbline"

func (c *Collector) onWires(s *core.BaseService) {
	s.SetHTTPClient(c.wires.client)
	s.SetUserAgent(agent)
}
