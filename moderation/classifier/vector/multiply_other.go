//go:build !amd64

package vector

// Everything is left to plain Go.

func multiplyFast(_, _, _ []float32) int { return 0 }

func (m *Rounded) multiplyFast(_ []float32, _ []int16, _ float32) int { return 0 }

func largestFast(_ []float32) (size float32, done bool) { return 0, false }

func roundFast(_ []int16, _ []float32, _ float32) bool { return false }

func addStepsFast(_ []float32, _ []byte, _ float32) bool { return false }

func blendFast(_, _, _ []float32) int { return 0 }

func raiseFast(_, _ []float32) bool { return false }

func addRectifiedFast(_, _, _ []float32) bool { return false }
