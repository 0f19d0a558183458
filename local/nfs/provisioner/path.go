package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// pattern is upstream's, letter by letter.
var pattern = regexp.MustCompile(`\${\.PVC\.((labels|annotations)\.(.*?)|.*?)}`)

// expand fills in a pathPattern from a claim. As upstream, a label or annotation
// that the claim has not is empty.
func expand(text string, pvc *v1.PersistentVolumeClaim) (expanded string, err error) {
	expanded = pattern.ReplaceAllStringFunc(text, func(match string) string {
		m := pattern.FindStringSubmatch(match)
		switch {
		case m[2] == "labels":
			return pvc.Labels[m[3]]
		case m[2] == "annotations":
			return pvc.Annotations[m[3]]
		case m[1] == "name":
			return pvc.Name
		case m[1] == "namespace":
			return pvc.Namespace
		}
		err = fmt.Errorf("pathPattern %q: %s is not known, only ${.PVC.name}, ${.PVC.namespace}, ${.PVC.labels.KEY} and ${.PVC.annotations.KEY}", text, match)
		return ""
	})
	return expanded, err
}

// directory returns where on the export a claim's volume is, without a slash at
// either end: what the class's pathPattern says, else NAMESPACE-CLAIM-VOLUME.
//
// A pattern that comes to nothing is refused. Upstream has
//
//	path = filepath.Join(p.path, customPath)
//
// which for v4.0.2 and an empty customPath is the export itself, with the data
// of all claims; later sources fall back to the default name, which is not what
// the class's author asked for either. ".." is refused because the values are
// the claim's: its owner must not choose another's directory.
func directory(parameters map[string]string, pvc *v1.PersistentVolumeClaim, volume string) (string, error) {
	text, ok := parameters["pathPattern"]
	if !ok {
		return strings.Join([]string{pvc.Namespace, pvc.Name, volume}, "-"), nil
	}
	expanded, err := expand(text, pvc)
	if err != nil {
		return "", err
	}
	if slices.Contains(strings.Split(expanded, "/"), "..") {
		return "", fmt.Errorf("pathPattern %q: comes to %q for this claim, must not contain \"..\"", text, expanded)
	}
	name := strings.Trim(path.Clean("/"+expanded), "/")
	if name == "" {
		return "", fmt.Errorf("pathPattern %q: comes to %q for this claim, which is the whole export; it must name a directory below: has the claim the labels and annotations?", text, expanded)
	}
	return name, nil
}

// overlap says whether one of two paths is the other or above it.
func overlap(a, b string) bool {
	a, b = path.Clean(a)+"/", path.Clean(b)+"/"
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}
