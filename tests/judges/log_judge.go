// Judges a log by Go's own note and tlog packages: nothing here is ours but the reading of files.
//
//	log_judge FOLDER
//
// FOLDER holds vkey, checkpoint, tile/L/NNN[.p/W], proofs/*.tlog-proof, and consistency: lines of "from to root hash…" in
// hexadecimal, the root being that of the smaller tree. Exit 0 when all of it holds, 1 with the reason when not.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight  = 8
	proofHeader = "c2sp.org/tlog-proof@v1"
)

// checkpoint opens a signed note and reads its three lines. Go's FormatTree has a header of its own, so they are read here.
func checkpoint(text []byte, verifiers note.Verifiers, origin string) (tlog.Tree, error) {
	opened, err := note.Open(text, verifiers)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != origin {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s: %q", origin, opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// proof is a parsed .tlog-proof.
type proof struct {
	entry  []byte
	index  int64
	hashes tlog.RecordProof
	tree   tlog.Tree
}

func readProof(text []byte, verifiers note.Verifiers, origin string) (proof, error) {
	var out proof
	parts := bytes.SplitN(text, []byte("\n\n"), 2)
	if len(parts) != 2 {
		return out, errors.New("no blank line before the checkpoint")
	}
	lines := strings.Split(string(parts[0]), "\n")
	if len(lines) < 3 || lines[0] != proofHeader || !strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return out, errors.New("not a tlog-proof with its entry")
	}
	var err error
	if out.entry, err = base64.StdEncoding.DecodeString(lines[1][len("extra "):]); err != nil {
		return out, err
	}
	if out.index, err = strconv.ParseInt(lines[2][len("index "):], 10, 64); err != nil {
		return out, err
	}
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return out, err
		}
		out.hashes = append(out.hashes, hash)
	}
	out.tree, err = checkpoint(parts[1], verifiers, origin)
	return out, err
}

// tiles reads tiles from the folder. Go's paths are tile/8/L/…; those of tlog-tiles leave the height out.
type tiles struct{ folder string }

func (t tiles) Height() int { return tileHeight }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// rebuild makes the whole tree from the leaves that the tiles of level 0 state.
func rebuild(folder string, size int64) (tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, index := range indexes {
			out = append(out, stored[index])
		}
		return out, nil
	})
	var data []byte
	for leaf := int64(0); leaf < size; leaf++ {
		if leaf%(1<<tileHeight) == 0 {
			width := int(size - leaf)
			if width > 1<<tileHeight {
				width = 1 << tileHeight
			}
			read, err := tiles{folder}.ReadTiles([]tlog.Tile{{H: tileHeight, L: 0, N: leaf >> tileHeight, W: width}})
			if err != nil {
				return tlog.Hash{}, err
			}
			if data = read[0]; len(data) != width*tlog.HashSize {
				return tlog.Hash{}, fmt.Errorf("a tile of width %d has %d bytes", width, len(data))
			}
		}
		var hash tlog.Hash
		copy(hash[:], data[leaf%(1<<tileHeight)*tlog.HashSize:])
		more, err := tlog.StoredHashesForRecordHash(leaf, hash, reader)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, more...)
	}
	return tlog.TreeHash(size, reader)
}

func parseHex(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	data, err := hex.DecodeString(text)
	if err == nil && len(data) != tlog.HashSize {
		err = fmt.Errorf("a hash of %d bytes", len(data))
	}
	copy(hash[:], data)
	return hash, err
}

func checkConsistency(line string, reader tlog.HashReader) error {
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return fmt.Errorf("too short: %q", line)
	}
	from, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return err
	}
	var hashes tlog.TreeProof
	for _, field := range fields[2:] {
		hash, err := parseHex(field)
		if err != nil {
			return err
		}
		hashes = append(hashes, hash)
	}
	root, err := tlog.TreeHash(to, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(hashes[1:], to, root, from, hashes[0])
}

func judge(folder string) error {
	vkey, err := os.ReadFile(filepath.Join(folder, "vkey"))
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return fmt.Errorf("vkey: %w", err)
	}
	verifiers := note.VerifierList(verifier)
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := checkpoint(text, verifiers, verifier.Name())
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	root, err := rebuild(folder, tree.N)
	if err != nil {
		return fmt.Errorf("tiles: %w", err)
	}
	if root != tree.Hash {
		return fmt.Errorf("tiles: their leaves give the root %v, the checkpoint states %v", root, tree.Hash)
	}
	// This reader holds every tile, those of higher levels too, against the checkpoint's root.
	reader := tlog.TileHashReader(tree, tiles{folder})
	paths, err := filepath.Glob(filepath.Join(folder, "proofs", "*.tlog-proof"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		if text, err = os.ReadFile(path); err != nil {
			return err
		}
		read, err := readProof(text, verifiers, verifier.Name())
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		leaf := tlog.RecordHash(read.entry)
		if err := tlog.CheckRecord(read.hashes, read.tree.N, read.tree.Hash, read.index, leaf); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, read.index)})
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		if hashes[0] != leaf {
			return fmt.Errorf("%s: the tiles hold another leaf", filepath.Base(path))
		}
	}
	lines, err := os.ReadFile(filepath.Join(folder, "consistency"))
	if err != nil {
		return err
	}
	consistent := strings.Split(strings.TrimSpace(string(lines)), "\n")
	for _, line := range consistent {
		if err := checkConsistency(line, reader); err != nil {
			return fmt.Errorf("consistency %.20s…: %w", line, err)
		}
	}
	fmt.Printf("size %d, root %v, %d inclusion proofs, %d consistency proofs\n", tree.N, tree.Hash, len(paths), len(consistent))
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: log_judge FOLDER")
		os.Exit(2)
	}
	if err := judge(os.Args[1]); err != nil {
		fmt.Println("does not hold:", err)
		os.Exit(1)
	}
}
