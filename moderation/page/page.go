// Package page makes Parley's reports look alike: pages that need nothing else, in the
// reader's light or dark colours, with charts as inline SVG.
package page

import (
	_ "embed"
	"html/template"
	"maps"
)

//go:embed style.css
var style string

// Parse reads a page's template. Beside funcs it may use {{style}} within <style>.
func Parse(name, text string, funcs template.FuncMap) (*template.Template, error) {
	all := maps.Clone(funcs)
	all["style"] = func() template.CSS { return template.CSS(style) } // ours, not a stranger's
	return template.New(name).Funcs(all).Parse(text)
}
