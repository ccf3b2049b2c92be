package awssim

import (
	"slices"
	"strings"
	"time"

	"plumbline/internal/cloud/sim"
)

// careOps are the calls of the services that look after instances.
var careOps = map[string]jsonOp{
	"ssm:DescribeInstanceInformation": (*Server).instanceInformation,
	"ssm:DescribeInstancePatchStates": (*Server).patchStates,
	"ecs:ListClusters":                (*Server).listClusters,
	"ecs:ListContainerInstances":      (*Server).listContainers,
	"ecs:DescribeContainerInstances":  (*Server).describeContainers,
	"backup:ListBackupVaults":         (*Server).listVaults,
	"backup:ListProtectedResources":   (*Server).listProtected,
}

// careOf is what is known of the care for an instance, nil if there is no such
// instance.
func (c *caller) careOf(id string) *sim.CareCase {
	n := c.region.Find(id)
	if n < 0 {
		return nil
	}
	i := c.region.Instance(n)
	return sim.CareNamed(i.Care)
}

type informationRequest struct {
	Filters []struct {
		Key    string
		Values []string
	}
	MaxResults int
	NextToken  string
}

// instanceInformation tells which instances have an agent that reports. Those
// without are not told at all.
func (s *Server) instanceInformation(c *caller, a ask) (any, *refusal) {
	var q informationRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	size, no := sized(c, q.MaxResults, 5, 50, 50)
	if no != nil {
		return nil, no
	}
	ids, no := c.informedOf(q)
	if no != nil {
		return nil, no
	}
	all := []object{}
	for _, id := range ids {
		if k := c.careOf(id); k != nil && k.Agent != "" {
			all = append(all, object{
				"InstanceId": id, "PingStatus": k.Agent, "LastPingDateTime": seconds(s.opt.Now().Add(-2 * time.Minute)), "AgentVersion": "3.3.987.0", "IsLatestVersion": true, "PlatformType": "Linux",
				"PlatformName": "Amazon Linux", "PlatformVersion": "2023", "ResourceType": "EC2Instance", "ComputerName": "ip-10-0-0-1.internal",
			})
		}
	}
	return paged(s, c, object{}, "InstanceInformationList", all, size, q.NextToken, "NextToken")
}

// informedOf are the instances that are asked about; without a filter all.
func (c *caller) informedOf(q informationRequest) ([]string, *refusal) {
	if len(q.Filters) == 0 {
		var all []string
		for n := range c.region.Len() {
			i := c.region.Instance(n)
			all = append(all, i.ID)
		}
		return all, nil
	}
	if len(q.Filters) > 1 || q.Filters[0].Key != "InstanceIds" {
		return nil, badRequest("InvalidFilterKey", "The simulated AWS knows the filter InstanceIds only.")
	}
	if n := len(q.Filters[0].Values); n == 0 || n > 100 {
		return nil, badRequest("ValidationException", "Member must have length from 1 to 100")
	}
	return q.Filters[0].Values, nil
}

// patchStates tells how patched instances are. One that never was looked at is
// not told at all.
func (s *Server) patchStates(c *caller, a ask) (any, *refusal) {
	var q struct {
		InstanceIds []string
		MaxResults  int
		NextToken   string
	}
	if no := a.into(&q); no != nil {
		return nil, no
	}
	if len(q.InstanceIds) > 50 {
		return nil, badRequest("ValidationException", "Value at 'instanceIds' failed to satisfy constraint: Member must have length less than or equal to 50")
	}
	size, no := sized(c, q.MaxResults, 10, 100, 100)
	if no != nil {
		return nil, no
	}
	all := []object{}
	for _, id := range q.InstanceIds {
		if k := c.careOf(id); k != nil && k.Patch != nil {
			p := k.Patch
			all = append(all, object{
				"InstanceId": id, "PatchGroup": "prod", "BaselineId": "pb-0123456789abcdef0", "SnapshotId": "5d9bb8b4-6a1e-4f5a-9c57-0d3f6f0a1b2c", "Operation": p.Operation,
				"OperationStartTime": seconds(s.today().Add(-26 * time.Hour)), "OperationEndTime": seconds(s.today().Add(-25 * time.Hour)),
				"InstalledCount": p.Installed, "InstalledOtherCount": 0, "InstalledRejectedCount": 0, "InstalledPendingRebootCount": 0, "MissingCount": p.Missing, "FailedCount": p.Failed, "NotApplicableCount": 300,
				"CriticalNonCompliantCount": p.Critical, "SecurityNonCompliantCount": p.Security, "OtherNonCompliantCount": p.Other,
			})
		}
	}
	return paged(s, c, object{}, "InstancePatchStates", all, size, q.NextToken, "NextToken")
}

type clustersRequest struct {
	Cluster            string   `json:"cluster"`
	ContainerInstances []string `json:"containerInstances"`
	Include            []string `json:"include"`
	Filter             string   `json:"filter"`
	Status             string   `json:"status"`
	MaxResults         int      `json:"maxResults"`
	NextToken          string   `json:"nextToken"`
}

func (c *caller) ecsARN(kind string) string {
	return "arn:aws:ecs:" + c.region.Name + ":" + c.account.ID + ":" + kind + "/"
}

func (s *Server) listClusters(c *caller, a ask) (any, *refusal) {
	var q clustersRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	size, no := sized(c, q.MaxResults, 1, 100, 100)
	if no != nil {
		return nil, no
	}
	all := []string{}
	c.region.Watch().View(func(w *sim.Watch) {
		for _, x := range w.Clusters {
			all = append(all, c.ecsARN("cluster")+x.Name)
		}
	})
	return paged(s, c, object{}, "clusterArns", all, size, q.NextToken, "nextToken")
}

// cluster finds one by name or ARN.
func (c *caller) cluster(name string) (out *sim.Cluster, no *refusal) {
	c.region.Watch().View(func(w *sim.Watch) {
		for _, x := range w.Clusters {
			if name == x.Name || name == c.ecsARN("cluster")+x.Name {
				out = &x
			}
		}
	})
	if out == nil {
		return nil, badRequest("ClusterNotFoundException", "Cluster not found.")
	}
	return out, nil
}

func (s *Server) listContainers(c *caller, a ask) (any, *refusal) {
	var q clustersRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	x, no := c.cluster(q.Cluster)
	if no != nil {
		return nil, no
	}
	size, no := sized(c, q.MaxResults, 1, 100, 100)
	if no != nil {
		return nil, no
	}
	all := []string{}
	for _, i := range x.Instances {
		all = append(all, c.ecsARN("container-instance")+x.Name+"/"+i.ID)
	}
	return paged(s, c, object{}, "containerInstanceArns", all, size, q.NextToken, "nextToken")
}

func (s *Server) describeContainers(c *caller, a ask) (any, *refusal) {
	var q clustersRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	x, no := c.cluster(q.Cluster)
	if no != nil {
		return nil, no
	}
	if n := len(q.ContainerInstances); n == 0 || n > 100 {
		return nil, badRequest("InvalidParameterException", "containerInstances can have from 1 to 100 items.")
	}
	all, failures := []object{}, []object{}
	for _, arn := range q.ContainerInstances {
		id := arn[strings.LastIndexByte(arn, '/')+1:]
		n := slices.IndexFunc(x.Instances, func(i sim.ContainerInstance) bool { return i.ID == id })
		if n < 0 {
			failures = append(failures, object{"arn": arn, "reason": "MISSING"})
			continue
		}
		i := x.Instances[n]
		all = append(all, object{
			"containerInstanceArn": c.ecsARN("container-instance") + x.Name + "/" + i.ID, "ec2InstanceId": i.Instance, "status": i.Status, "agentConnected": i.Connected, "runningTasksCount": 2, "pendingTasksCount": 0,
			"version": 7, "versionInfo": object{"agentVersion": "1.89.3", "dockerVersion": "DockerVersion: 25.0.8"}, "attributes": []object{{"name": "ecs.os-type", "value": "linux"}},
			"registeredAt": seconds(time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC)),
		})
	}
	c.items = len(all)
	return object{"containerInstances": all, "failures": failures}, nil
}

// keyType is whose key a vault has; nothing is told of one whose key is not.
func keyType(v sim.Vault) string {
	if v.Key == "" {
		return ""
	}
	return "CUSTOMER_MANAGED_KMS_KEY"
}

func (s *Server) listVaults(c *caller, a ask) (any, *refusal) {
	if no := a.knows("maxResults", "nextToken", "vaultType", "shared"); no != nil {
		return nil, no
	}
	size, no := a.argSize(c, 1000)
	if no != nil {
		return nil, no
	}
	all := []object{}
	c.region.Watch().View(func(w *sim.Watch) {
		for _, x := range w.Vaults {
			all = append(all, known(object{
				"BackupVaultName": x.Name, "BackupVaultArn": "arn:aws:backup:" + c.region.Name + ":" + c.account.ID + ":backup-vault:" + x.Name, "VaultType": "BACKUP_VAULT",
				"CreationDate": seconds(x.Made), "EncryptionKeyArn": x.Key, "EncryptionKeyType": keyType(x), "NumberOfRecoveryPoints": x.Points, "Locked": x.Locked,
			}))
		}
	})
	return paged(s, c, object{}, "BackupVaultList", all, size, a.args.Get("nextToken"), "NextToken")
}

// listProtected tells the instances and volumes that backups hold.
func (s *Server) listProtected(c *caller, a ask) (any, *refusal) {
	if no := a.knows("maxResults", "nextToken"); no != nil {
		return nil, no
	}
	size, no := a.argSize(c, 1000)
	if no != nil {
		return nil, no
	}
	type thing struct{ kind, arn string }
	var all []thing
	for n := range c.region.Len() {
		i := c.region.Instance(n)
		switch sim.CareNamed(i.Care).Backup {
		case "instance":
			all = append(all, thing{"EC2", "instance/" + i.ID})
		case "volume":
			for _, v := range i.Volumes {
				all = append(all, thing{"EBS", "volume/" + v})
			}
		}
	}
	part, next, no := pageOf(s, c, all, size, a.args.Get("nextToken"))
	if no != nil {
		return nil, no
	}
	out := []object{}
	for _, x := range part {
		out = append(out, object{"ResourceArn": "arn:aws:ec2:" + c.region.Name + ":" + c.account.ID + ":" + x.arn, "ResourceType": x.kind, "LastBackupTime": seconds(s.today().Add(-9 * time.Hour))})
	}
	return known(object{"Results": out, "NextToken": next}), nil
}

// today is when the day began. What is done once a day is done before.
func (s *Server) today() time.Time { return s.opt.Now().UTC().Truncate(24 * time.Hour) }
