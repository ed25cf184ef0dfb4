internal import Foundation
internal import HTTPTypes
public import Hummingbird
public import Tegata

extension Form {
    /// Reads a form with files, `multipart/form-data`, of at most `limit` bytes that a page of ours, in this session, showed.
    ///
    /// - Throws: `unauthorized` for another site's form, `limitExceeded`, `malformed`.
    public init(
        uploaded request: Request, _ context: WebContext, limit: Int
    ) async throws(Refusal) {
        guard let buffer = try? await request.body.collect(upTo: limit) else {
            throw .limitExceeded
        }
        let prefix = "multipart/form-data; boundary="
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix(prefix) else {
            throw .malformed
        }
        let boundary = type.dropFirst(prefix.count).trimmingPrefix("\"").prefix { $0 != "\"" }
        try self.init(parsing: Data(buffer.readableBytesView), boundary: String(boundary))
        try checkOrigin(request, context)
    }

    /// Reads the parts between the lines of a boundary (RFC 7578): fields, and files, which have a file name.
    init(parsing body: Data, boundary: String) throws(Refusal) {
        guard (1...70).contains(boundary.utf8.count) else { throw .malformed }
        var (fields, files) = ([String: String](), [String: [UInt8]]())
        // Every part begins behind a line of the boundary, and ends before one.
        let line = Data("\r\n--\(boundary)".utf8)
        guard body.starts(with: line.dropFirst(2)) else { throw .malformed }
        var rest = body.dropFirst(line.count - 2)
        while !rest.starts(with: Data("--".utf8)) {
            guard fields.count + files.count < 64 else { throw .limitExceeded }
            guard rest.starts(with: Data("\r\n".utf8)), let end = rest.range(of: line),
                let head = rest.range(
                    of: Data("\r\n\r\n".utf8), in: rest.startIndex..<end.lowerBound),
                head.lowerBound - rest.startIndex <= 4096,
                let lines = String(
                    validating: rest[rest.startIndex..<head.lowerBound], as: UTF8.self)
            else { throw .malformed }
            let content = rest[head.upperBound..<end.lowerBound]
            guard
                let (name, isFile) = Self.disposition(lines), fields[name] == nil,
                files[name] == nil
            else { throw .malformed }
            if isFile {
                files[name] = [UInt8](content)
            } else {
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw .malformed
                }
                fields[name] = text
            }
            rest = rest[end.upperBound...]
        }
        self.init(fields: fields, files: files)
    }

    /// What a part is called, and whether it is a file.
    private static func disposition(_ lines: String) -> (String, Bool)? {
        for line in lines.split(separator: "\r\n")
        where line.lowercased().hasPrefix("content-disposition: form-data;") {
            guard let name = line.firstMatch(of: #/; name="([^"]{1,64})"/#) else { return nil }
            return (String(name.1), line.contains("; filename="))
        }
        return nil
    }
}
