//go:build !amd64

package vector

// Everything is left to plain Go.

func multiplyFast(_, _, _ []float32) int { return 0 }

func multiplyManyFast(_, _, _ []float32, _, _ int) int { return 0 }

func blendFast(_, _, _ []float32) int { return 0 }

func raiseFast(_, _ []float32) bool { return false }

func addRectifiedFast(_, _, _ []float32) bool { return false }
