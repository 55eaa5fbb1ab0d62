package policy

// lint warns about what is allowed but probably not meant.
func (c *compiler) lint(p *Policy, f *file, specs []*ruleSpec) {}
