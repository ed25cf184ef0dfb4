import Foundation
import Pages
import ServiceKit
import Tegata

/// A verifier's open questions, a file each, for commands that are processes of their own.
///
/// A question is used up by renaming its file: the file system lets one of any number of processes do it.
struct QuestionFolder: ChallengeStore {
    private struct Question: Codable {
        let content: String
        let expiry: Int64
    }

    private let path: String

    init(_ path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw KeyFile.Problem(description: "\(path): \(language(.notWritten))")
        }
    }

    func remember(
        _ nonce: String, content: String, until expiry: Int64, now: Int64
    ) async throws(Refusal) {
        clean(now)
        let question = Question(content: content, expiry: expiry)
        guard !isUsed(nonce), !FileManager.default.fileExists(atPath: file(nonce)) else {
            throw .conflict
        }
        guard let data = try? JSONEncoder().encode(question),
            (try? KeyFile.write([UInt8](data), to: file(nonce))) != nil
        else { throw .unavailable }
    }

    func content(of nonce: String, now: Int64) async throws(Refusal) -> String? {
        guard !isUsed(nonce) else { throw .replayed }
        guard let question = question(nonce) else { return nil }
        guard question.expiry >= now else { throw .expired }
        return question.content
    }

    func consume(_ nonce: String, now: Int64) async throws(Refusal) {
        guard let question = question(nonce) else { throw .replayed }
        guard question.expiry >= now else { throw .expired }
        guard rename(file(nonce), file(nonce, used: true)) == 0 else {
            throw errno == ENOENT ? .replayed : .unavailable
        }
    }

    private func question(_ nonce: String) -> Question? {
        FileManager.default.contents(atPath: file(nonce)).flatMap {
            try? JSONDecoder().decode(Question.self, from: $0)
        }
    }

    private func isUsed(_ nonce: String) -> Bool {
        FileManager.default.fileExists(atPath: file(nonce, used: true))
    }

    /// A nonce is a stranger's text until it is found: in hexadecimal it is a file's name.
    private func file(_ nonce: String, used: Bool = false) -> String {
        "\(path)/\(hexadecimal(Array(nonce.utf8.prefix(100)))).\(used ? "used" : "question")"
    }

    /// Forgets what ended a day ago: an answer to it would be stale for longer than that.
    private func clean(_ now: Int64) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasSuffix(".used") || name.hasSuffix(".question") {
            guard let data = FileManager.default.contents(atPath: "\(path)/\(name)"),
                let question = try? JSONDecoder().decode(Question.self, from: data),
                question.expiry < now - 86_400
            else { continue }
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }
}
