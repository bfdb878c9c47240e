// Judges the lines of tree_vectors on its input by Go's own note and tlog packages. It makes the trees anew from their
// leaves, of which it knows that leaf i is the text "leaf i". Exit 0 when all holds, 1 with the line that does not.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const lineBytesMax = 1 << 20

type judge struct {
	verifier note.Verifier
	stored   []tlog.Hash
	leaves   []tlog.Hash
	roots    []tlog.Hash // by size
	counts   map[string]int
}

func (j *judge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, index := range indexes {
		out = append(out, j.stored[index])
	}
	return out, nil
}

// grow adds the next leaf and returns the size and root that follow from it.
func (j *judge) grow() (int64, tlog.Hash, error) {
	leaf := int64(len(j.leaves))
	data := []byte(fmt.Sprintf("leaf %d", leaf))
	more, err := tlog.StoredHashes(leaf, data, j)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	j.stored = append(j.stored, more...)
	j.leaves = append(j.leaves, tlog.RecordHash(data))
	root, err := tlog.TreeHash(leaf+1, j)
	j.roots = append(j.roots, root)
	return leaf + 1, root, err
}

func (j *judge) note(text string) error {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	opened, err := note.Open(data, note.VerifierList(j.verifier))
	if err != nil {
		return err
	}
	size, root, err := j.grow()
	if err != nil {
		return err
	}
	if want := fmt.Sprintf("%s\n%d\n%s\n", j.verifier.Name(), size, root); opened.Text != want {
		return fmt.Errorf("it says %q, the leaves %q", opened.Text, want)
	}
	return nil
}

func (j *judge) proof(kind string, fields []string) error {
	if len(fields) < 2 {
		return fmt.Errorf("too short")
	}
	size, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return err
	}
	other, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return err
	}
	if size != int64(len(j.leaves)) || other < 0 || other > size {
		return fmt.Errorf("not of the tree at hand")
	}
	var hashes []tlog.Hash
	for _, field := range fields[2:] {
		hash, err := tlog.ParseHash(field)
		if err != nil {
			return err
		}
		hashes = append(hashes, hash)
	}
	if kind == "inclusion" {
		return tlog.CheckRecord(hashes, size, j.roots[size-1], other, j.leaves[other])
	}
	return tlog.CheckTree(hashes, size, j.roots[size-1], other, j.roots[other-1])
}

func (j *judge) line(text string) (err error) {
	kind, rest, _ := strings.Cut(text, " ")
	j.counts[kind]++
	switch kind {
	case "vkey":
		j.verifier, err = note.NewVerifier(rest)
		return err
	case "note":
		return j.note(rest)
	case "inclusion", "consistency":
		return j.proof(kind, strings.Fields(rest))
	}
	return fmt.Errorf("no line of tree_vectors")
}

func main() {
	j := judge{counts: map[string]int{}}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		if err := j.line(lines.Text()); err != nil {
			fmt.Printf("does not hold: %.80s: %v\n", lines.Text(), err)
			os.Exit(1)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Println("does not hold:", err)
		os.Exit(1)
	}
	fmt.Printf("%d notes, %d inclusion proofs, %d consistency proofs\n", j.counts["note"], j.counts["inclusion"], j.counts["consistency"])
}
