package ibmsim

import "plumbline/internal/cloud/sim/serve"

// A Listener is a simulated IBM Cloud that can be called.
type Listener struct {
	*Server
	*serve.Listener
}

// Listen serves on a loopback address, see serve.Listen.
func Listen(addr string, s *Server) (*Listener, error) {
	l, err := serve.Listen(addr, s)
	if err != nil {
		return nil, err
	}
	return &Listener{s, l}, nil
}
