// The log of another implementation: golang.org/x/mod's sumdb/tlog and sumdb/note, on C2SP's files.
//
//	interop check DIR VKEY   reads a log: every entry proved by its tiles, every size consistent with the last
//	interop make DIR SIZE    writes one, with a key of its own, and prints the verifier key
//	interop bench SIZE       times appending, proving and verifying, as the peers print it
package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 3 {
		fail("usage: interop check DIR VKEY | make DIR SIZE | bench SIZE")
	}
	switch os.Args[1] {
	case "check":
		check(os.Args[2], os.Args[3])
	case "make":
		write(os.Args[2], number(os.Args[3]))
	case "bench":
		bench(number(os.Args[2]))
	default:
		fail("unknown task " + os.Args[1])
	}
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, "interop: "+text)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	must(err)
	return n
}

// memory holds hashes by their index in the order of x/mod.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = m[index]
	}
	return hashes, nil
}


func (m *memory) addAt(n int64, entry []byte) {
	hashes, err := tlog.StoredHashes(n, entry, *m)
	must(err)
	*m = append(*m, hashes...)
}

// files reads hashes out of C2SP's tiles: 256 of them each, 8 levels of the tree apart.
type files struct {
	dir  string
	size int64
}

func (f files) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		tile := tlog.TileForIndex(8, index)
		width := f.size>>(8*uint(tile.L)) - tile.N<<8
		if width > 256 {
			width = 256
		}
		tile.W = int(width)
		data, err := os.ReadFile(filepath.Join(f.dir, path("tile/"+strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		hash, err := tlog.HashFromTile(tile, data, index)
		if err != nil {
			return nil, fmt.Errorf("level %d, hash %d: %w", level, n, err)
		}
		hashes[i] = hash
	}
	return hashes, nil
}

func path(folder string, n int64, width int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < 256 {
		name += ".p/" + strconv.Itoa(width)
	}
	return folder + "/" + name
}

func entries(dir string, size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		data, err := os.ReadFile(filepath.Join(dir, path("tile/entries", n, int(width))))
		must(err)
		for len(data) > 0 {
			count := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+count])
			data = data[2+count:]
		}
	}
	if int64(len(all)) != size {
		fail(fmt.Sprintf("%d entries instead of %d", len(all), size))
	}
	return all
}

// root reads a checkpoint of three lines; x/mod's own tree notes have a fixed first line.
func root(text string) (int64, tlog.Hash) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		fail("the checkpoint has another form")
	}
	hash, err := tlog.ParseHash(lines[2])
	must(err)
	return number(lines[1]), hash
}

func check(dir, key string) {
	verifier, err := note.NewVerifier(key)
	must(err)
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err)
	opened, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	size, hash := root(opened.Text)
	reader := files{dir, size}
	for n, entry := range entries(dir, size) {
		proof, err := tlog.ProveRecord(size, int64(n), reader)
		must(err)
		must(tlog.CheckRecord(proof, size, hash, int64(n), tlog.RecordHash(entry)))
		old, err := tlog.TreeHash(int64(n)+1, reader)
		must(err)
		grown, err := tlog.ProveTree(size, int64(n)+1, reader)
		must(err)
		must(tlog.CheckTree(grown, size, hash, int64(n)+1, old))
	}
	fmt.Printf("%d entries and %d sizes checked against %s", size, size, opened.Text)
}

func write(dir string, size int64) {
	secret, public, err := note.GenerateKey(rand.Reader, "interop.example/log")
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	var tree memory
	var bundle []byte
	put := func(name string, data []byte) {
		file := filepath.Join(dir, name)
		must(os.MkdirAll(filepath.Dir(file), 0o755))
		must(os.WriteFile(file, data, 0o644))
	}
	for n := int64(0); n < size; n++ {
		entry := []byte(strings.Repeat(strconv.FormatInt(n, 10), int(n%7)))
		tree.addAt(n, entry)
		bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
		if n%256 == 255 || n == size-1 {
			put(path("tile/entries", n/256, int(n%256)+1), bundle)
			bundle = nil
		}
	}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		data, err := tlog.ReadTileData(tile, tree)
		must(err)
		put(path("tile/"+strconv.Itoa(tile.L), tile.N, tile.W), data)
	}
	hash, err := tlog.TreeHash(size, tree)
	must(err)
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("interop.example/log\n%d\n%s\n", size, hash)}, signer)
	must(err)
	put("checkpoint", signed)
	fmt.Println(public)
}

func bench(size int64) {
	entry := make([]byte, 64)
	leaf := func(n int64) []byte {
		binary.LittleEndian.PutUint64(entry, uint64(n))
		return entry
	}
	var tree memory
	start := used()
	for n := int64(0); n < size; n++ {
		tree.addAt(n, leaf(n))
	}
	hash, err := tlog.TreeHash(size, tree)
	must(err)
	fmt.Printf("append %.1f\n", used()-start)
	n := int64(0)
	once("prove", func() {
		n = (n + 7919) % size
		_, err := tlog.ProveRecord(size, n, tree)
		must(err)
	})
	proof, err := tlog.ProveRecord(size, 777777%size, tree)
	must(err)
	record := tlog.RecordHash(leaf(777777 % size))
	once("verify", func() { must(tlog.CheckRecord(proof, size, hash, 777777%size, record)) })
}

// once prints the least nanoseconds a run of 40 batches of 5 milliseconds.
func once(name string, run func()) {
	least := 1e18
	for sample := 0; sample < 40; sample++ {
		start, began, runs := used(), time.Now(), 0
		for time.Since(began) < 5*time.Millisecond {
			run()
			runs++
		}
		if each := (used() - start) / float64(runs); each < least {
			least = each
		}
	}
	fmt.Printf("%s %.1f\n", name, least)
}

// used is the processor time of the process in nanoseconds.
func used() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}
