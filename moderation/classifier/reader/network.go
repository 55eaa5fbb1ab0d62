package reader

// Network is the second stage.
type Network struct{}

func (n *Network) check(words int) error { return nil }
