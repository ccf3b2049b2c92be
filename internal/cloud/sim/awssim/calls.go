package awssim

import "slices"

// A Call is one request that reached the simulated AWS.
type Call struct {
	Account string // "" if the credentials were not known
	Region  string // as the signature says
	Service string // as permissions are spelled, "ec2", "iam", "cloudwatch"
	Action  string
	Status  int  // 0 if there was no reply
	Fault   Kind // that was played, "" if none
	Items   int  // things listed
}

// Name is the call as its permission is spelled, "ec2:DescribeInstances".
func (c Call) Name() string { return c.Service + ":" + c.Action }

// Calls lists the requests since New or Reset, in the order of their arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *Server) note(c *caller, f *Fault, status int) {
	call := Call{Region: c.scope, Service: c.of.name, Action: c.action, Status: status, Items: c.items}
	if c.account != nil {
		call.Account = c.account.ID
	}
	if f != nil {
		call.Fault = f.Kind
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}
