import Foundation
import TegataCrypto
import TegataLog

/// A tiled log of another implementation: entries give the tree, the tree gives every tile and every checkpoint.
func runTiledLog(_ folder: Folder, _ report: inout Report) throws {
    guard let keyFile = folder.file("vkey.txt") else { throw MissingFile() }
    let key = try NoteKey(parsing: try keyFile.text.trimmingCharacters(in: .newlines))
    for file in try folder.files("checkpoint.") {
        report.expect(file.name) {
            let checkpoint = try Checkpoint(
                parsing: try SignedNote(parsing: try file.bytes), by: LogPolicy(log: key))
            var tree = MerkleTree()
            for tile in Tile.all(of: checkpoint.size) where tile.content == .entries {
                let bytes = try bytes(of: tile, in: folder)
                let bundle = try EntryBundle(parsing: bytes, width: tile.width)
                guard bundle.encoded == bytes else { return false }
                for entry in bundle.entries { tree.append(TreeHash(leaf: entry)) }
            }
            for tile in Tile.all(of: checkpoint.size) where tile.content != .entries {
                guard tree.encoded(tile) == (try bytes(of: tile, in: folder)) else { return false }
            }
            return tree.size == checkpoint.size && tree.root == checkpoint.root
        }
    }
}

private func bytes(of tile: Tile, in folder: Folder) throws -> [UInt8] {
    var inner = folder
    let parts = tile.path.split(separator: "/").map(String.init)
    for part in parts.dropLast() {
        guard let next = inner.folder(part) else { throw MissingFile() }
        inner = next
    }
    guard let file = inner.file(parts[parts.count - 1]) else { throw MissingFile() }
    return try file.bytes
}
