package awsfact

import (
	"strings"

	"plumbline/internal/power"
)

// What an identity may do is decided by a short list of actions, each asked of
// a thing that nobody named, and by the verb of every other.
//
// IAM has some 18,000 actions and new ones every week, so that no list is
// whole. Few of them let a thief go further than the action itself: those are
// listed here one by one. What is left either looks at things or changes them,
// and AWS's names say which: actions that only look begin with Get, List,
// Describe and their like (service authorization reference, access levels List
// and Read). Whatever begins otherwise is taken to change something: an action
// that this version has never heard of counts as the worse of the two.

// A thing is what an action is done to, spelled as in the service authorization
// reference with {P}, {R} and {A} for partition, region and account, and {*} for
// a name. Where AWS makes a part of the name itself ("i-", a secret's last six
// characters, a revision) it stands in it: a pattern such as "instance/i-*"
// chooses nothing.
type thing string

// at fills in a place and a fresh name.
func (t thing) at(p arnPlace) string {
	b := make([]byte, 0, 96)
	for i := 0; i < len(t); i++ {
		if t[i] != '{' {
			b = append(b, t[i])
			continue
		}
		switch t[i+1] {
		case 'P':
			b = append(b, p.partition...)
		case 'R':
			b = append(b, p.region...)
		case 'A':
			b = append(b, p.account...)
		default:
			b = append(b, fresh...)
		}
		i += len("P}")
	}
	return string(b)
}

const (
	everyRole     thing = "arn:{P}:iam::{A}:role/{*}"
	everyUser     thing = "arn:{P}:iam::{A}:user/{*}"
	everyGroup    thing = "arn:{P}:iam::{A}:group/{*}"
	everyPolicy   thing = "arn:{P}:iam::{A}:policy/{*}"
	everyInstance thing = "arn:{P}:ec2:{R}:{A}:instance/i-{*}"
	newInstance   thing = "arn:{P}:ec2:{R}:{A}:instance/{*}" // it has no id before it is launched
	everyFunction thing = "arn:{P}:lambda:{R}:{A}:function:{*}"
	everyBucket   thing = "arn:{P}:s3:::{*}/{*}"
	everySecret   thing = "arn:{P}:secretsmanager:{R}:{A}:secret:{*}-{*}~" //nolint:gosec // a pattern of names
	everyParam    thing = "arn:{P}:ssm:{R}:{A}:parameter/{*}"
	everyKey      thing = "arn:{P}:kms:{R}:{A}:key/{*}"
	everyTable    thing = "arn:{P}:dynamodb:{R}:{A}:table/{*}"
	everyStack    thing = "arn:{P}:cloudformation:{R}:{A}:stack/{*}/{*}"
	everyEndpoint thing = "arn:{P}:glue:{R}:{A}:devEndpoint/{*}"
	everyJob      thing = "arn:{P}:glue:{R}:{A}:job/{*}"
	everyTask     thing = "arn:{P}:ecs:{R}:{A}:task-definition/{*}:{*}"
	everyService  thing = "arn:{P}:ecs:{R}:{A}:service/{*}/{*}"
	everyProject  thing = "arn:{P}:codebuild:{R}:{A}:project/{*}"
	everyNotebook thing = "arn:{P}:sagemaker:{R}:{A}:notebook-instance/{*}"
	everyTraining thing = "arn:{P}:sagemaker:{R}:{A}:training-job/{*}"
	everyProcess  thing = "arn:{P}:sagemaker:{R}:{A}:processing-job/{*}"
	anyThing      thing = "{*}" // for an action that names no resource: only * allows it
)

// A step is one action of a primitive.
type step struct {
	action string // in small letters
	on     thing
}

// A primitive is a set of actions that together give more than they are: who
// may do all of them may become, or make, something stronger.
type primitive struct {
	steps []step
	// service is whom a role is passed to, where one of the steps passes one.
	service string
	why     string
	// self says that the identity's own things will do as well, see weighing.own:
	// who may change his own role's policies needs no other.
	self bool
	// iam says that it gives everything at once, since it changes what
	// identities may do.
	iam bool
}

func passing(service, why string, steps ...step) primitive {
	return primitive{steps: append([]step{{"iam:passrole", everyRole}}, steps...), service: service, why: why}
}

// primitives are the ways to go further, after "AWS IAM Privilege Escalation –
// Methods and Mitigation" (Rhino Security Labs, 2018 and later) and the
// documentation of each action. Where an action also needs things that a
// caller always finds, such as a public image or a document of AWS's, they are
// not asked for.
var primitives = []primitive{
	{steps: []step{{"iam:createpolicyversion", everyPolicy}}, why: "rewrites a policy", self: true, iam: true},
	{steps: []step{{"iam:setdefaultpolicyversion", everyPolicy}}, why: "brings back an older version of a policy", self: true, iam: true},
	{steps: []step{{"iam:attachrolepolicy", everyRole}}, why: "attaches a policy to a role", self: true, iam: true},
	{steps: []step{{"iam:putrolepolicy", everyRole}}, why: "writes a policy into a role", self: true, iam: true},
	{steps: []step{{"iam:attachuserpolicy", everyUser}}, why: "attaches a policy to a user", self: true, iam: true},
	{steps: []step{{"iam:putuserpolicy", everyUser}}, why: "writes a policy into a user", self: true, iam: true},
	{steps: []step{{"iam:attachgrouppolicy", everyGroup}}, why: "attaches a policy to a group", iam: true},
	{steps: []step{{"iam:putgrouppolicy", everyGroup}}, why: "writes a policy into a group", iam: true},
	{steps: []step{{"iam:addusertogroup", everyGroup}}, why: "puts a user into a stronger group", iam: true},
	{steps: []step{{"iam:updateassumerolepolicy", everyRole}}, why: "lets itself become another role", iam: true},
	{steps: []step{{"iam:createaccesskey", everyUser}}, why: "makes a key of another user", iam: true},
	{steps: []step{{"iam:createloginprofile", everyUser}}, why: "gives a user a password", iam: true},
	{steps: []step{{"iam:updateloginprofile", everyUser}}, why: "changes a user's password", iam: true},

	{steps: []step{{"sts:assumerole", everyRole}}, why: "becomes any role that trusts the account"},
	{steps: []step{{"ssm:sendcommand", everyInstance}}, why: "runs commands on every managed instance"},
	{steps: []step{{"ssm:startsession", everyInstance}}, why: "opens a shell on every managed instance"},
	{steps: []step{{"ec2-instance-connect:sendsshpublickey", everyInstance}}, why: "puts its key on every instance"},
	{steps: []step{{"lambda:updatefunctioncode", everyFunction}}, why: "replaces the code of functions that have roles"},
	{steps: []step{{"ec2:modifyinstanceattribute", everyInstance}, {"ec2:stopinstances", everyInstance}, {"ec2:startinstances", everyInstance}},
		why: "changes what an instance runs when it starts, and restarts it"},
	{steps: []step{{"sagemaker:createpresignednotebookinstanceurl", everyNotebook}}, why: "opens a notebook that has a role"},

	passing("ec2.amazonaws.com", "passes a role to a new instance", step{"ec2:runinstances", newInstance}),
	passing("ec2.amazonaws.com", "passes a role to a running instance", step{"ec2:associateiaminstanceprofile", everyInstance}),
	passing("ec2.amazonaws.com", "passes another role to a running instance", step{"ec2:replaceiaminstanceprofileassociation", everyInstance}),
	passing("lambda.amazonaws.com", "passes a role to a new function", step{"lambda:createfunction", everyFunction}),
	passing("cloudformation.amazonaws.com", "passes a role to a new stack", step{"cloudformation:createstack", everyStack}),
	passing("cloudformation.amazonaws.com", "passes a role to a stack", step{"cloudformation:updatestack", everyStack}),
	passing("glue.amazonaws.com", "passes a role to a development endpoint of Glue", step{"glue:createdevendpoint", everyEndpoint}),
	passing("glue.amazonaws.com", "passes a role to a new job of Glue", step{"glue:createjob", everyJob}),
	passing("glue.amazonaws.com", "passes a role to a job of Glue", step{"glue:updatejob", everyJob}),
	passing("ecs-tasks.amazonaws.com", "passes a role to a container task", step{"ecs:runtask", everyTask}),
	passing("ecs-tasks.amazonaws.com", "passes a role to a container service", step{"ecs:registertaskdefinition", everyTask}, step{"ecs:createservice", everyService}),
	passing("ecs-tasks.amazonaws.com", "passes a role to a running container service", step{"ecs:registertaskdefinition", everyTask}, step{"ecs:updateservice", everyService}),
	passing("codebuild.amazonaws.com", "passes a role to a new build project", step{"codebuild:createproject", everyProject}),
	passing("codebuild.amazonaws.com", "passes a role to a build project", step{"codebuild:updateproject", everyProject}),
	passing("sagemaker.amazonaws.com", "passes a role to a new notebook", step{"sagemaker:createnotebookinstance", everyNotebook}),
	passing("sagemaker.amazonaws.com", "passes a role to a training job", step{"sagemaker:createtrainingjob", everyTraining}),
	passing("sagemaker.amazonaws.com", "passes a role to a processing job", step{"sagemaker:createprocessingjob", everyProcess}),
}

// dataReads are the actions that read what is stored, not only that it is
// there.
var dataReads = []struct {
	step
	why string
}{
	{step{"s3:getobject", everyBucket}, "reads objects of every bucket"},
	{step{"s3:getobjectversion", everyBucket}, "reads older versions of objects of every bucket"},
	{step{"secretsmanager:getsecretvalue", everySecret}, "reads every secret"},
	{step{"secretsmanager:batchgetsecretvalue", anyThing}, "reads secrets, many at once"},
	{step{"ssm:getparameter", everyParam}, "reads every parameter"},
	{step{"ssm:getparameters", everyParam}, "reads every parameter"},
	{step{"ssm:getparametersbypath", everyParam}, "reads every parameter"},
	{step{"ssm:getparameterhistory", everyParam}, "reads every parameter and what it was"},
	{step{"kms:decrypt", everyKey}, "decrypts with every key"},
	{step{"dynamodb:getitem", everyTable}, "reads every table"},
	{step{"dynamodb:batchgetitem", everyTable}, "reads every table"},
	{step{"dynamodb:query", everyTable}, "reads every table"},
	{step{"dynamodb:scan", everyTable}, "reads every table"},
	{step{"dynamodb:partiqlselect", everyTable}, "reads every table"},
	{step{"dynamodb:getrecords", "arn:{P}:dynamodb:{R}:{A}:table/{*}/stream/{*}"}, "reads what changes in every table"},
	{step{"kinesis:getrecords", "arn:{P}:kinesis:{R}:{A}:stream/{*}"}, "reads every stream"},
	{step{"ebs:getsnapshotblock", "arn:{P}:ec2:{R}::snapshot/snap-{*}"}, "reads the disks in every snapshot"},
	{step{"redshift:getclustercredentials", "arn:{P}:redshift:{R}:{A}:dbuser:{*}/{*}"}, "signs in to every warehouse"},
	{step{"redshift:getclustercredentialswithiam", "arn:{P}:redshift:{R}:{A}:dbname:{*}/{*}"}, "signs in to every warehouse"},
	{step{"rds-data:executestatement", "arn:{P}:rds:{R}:{A}:cluster:{*}"}, "runs statements in every database"},
	{step{"rds-data:batchexecutestatement", "arn:{P}:rds:{R}:{A}:cluster:{*}"}, "runs statements in every database"},
	{step{"redshift-data:executestatement", "arn:{P}:redshift:{R}:{A}:cluster:{*}"}, "runs statements in every warehouse"},
	{step{"redshift-data:getstatementresult", anyThing}, "reads what statements in warehouses found"},
}

// looking are the verbs of actions that change nothing.
var looking = []string{
	"get", "list", "describe", "batchget", "batchdescribe", "batchlist", "batchcheck", "head", "search", "lookup", "view", "query", "scan",
	"select", "read", "download", "validate", "estimate", "simulate", "preview", "decode", "discover", "poll", "filter",
}

// byService are the services of which actions that change something are no
// "write": what they touch is neither data nor security, network or compute.
var byService = map[string]power.Level{
	"logs": power.Limited, "cloudwatch": power.Limited, "xray": power.Limited, // logs, metrics and traces
	"ec2messages": power.Limited, "ssmmessages": power.Limited, // how the Systems Manager agent talks
	"sts":     power.Limited, // becoming a role is a primitive; the rest names sessions
	"support": power.Limited, "health": power.Limited, "ce": power.Limited, "cur": power.Limited, "budgets": power.Limited,
	"pricing": power.Limited, "trustedadvisor": power.Limited, "wellarchitected": power.Limited, "servicequotas": power.Limited,
	"resource-groups": power.Limited, "notifications": power.Limited,
	// Statements in a database read and write; they count as reading, for what
	// a caller may change in there is the database's own matter.
	"rds-data": power.DataRead, "redshift-data": power.DataRead,
}

// byAction are single actions that are less than their verbs say. Those of ssm
// are how an agent reports about the instance it runs on
// (AmazonSSMManagedInstanceCore).
var byAction = map[string]power.Level{
	"iam:passrole":                           power.Limited, // nothing is gained until something takes the role, see primitives
	"iam:generatecredentialreport":           power.Read,
	"iam:generateservicelastaccesseddetails": power.Read,
	"kms:encrypt":                            power.Limited,
	"kms:generatedatakey":                    power.Limited,
	"kms:generatedatakeywithoutplaintext":    power.Limited,
	"kms:generaterandom":                     power.Limited,
	"ssm:putinventory":                       power.Limited,
	"ssm:putcomplianceitems":                 power.Limited,
	"ssm:putconfigurepackageresult":          power.Limited,
	"ssm:updateassociationstatus":            power.Limited,
	"ssm:updateinstanceassociationstatus":    power.Limited,
	"ssm:updateinstanceinformation":          power.Limited,
}

// verbLevel is what an action, or a pattern of actions with fresh for its
// stars, gives on everything there is.
func verbLevel(action string) power.Level {
	if l, ok := byAction[action]; ok {
		return l
	}
	if isDataRead(action) {
		return power.DataRead
	}
	service, verb, _ := strings.Cut(action, ":")
	for _, l := range looking {
		if strings.HasPrefix(verb, l) {
			return power.Read
		}
	}
	if l, ok := byService[service]; ok {
		return l
	}
	return power.Write
}

func isDataRead(action string) bool {
	for i := range dataReads {
		if dataReads[i].action == action {
			return true
		}
	}
	return false
}

// knownThings says on what the listed actions are done.
var knownThings = func() map[string]thing {
	m := map[string]thing{}
	for _, p := range primitives {
		for _, st := range p.steps {
			m[st.action] = st.on
		}
	}
	for _, d := range dataReads {
		m[d.action] = d.on
	}
	return m
}()
