internal import Pages
internal import Tegata

/// Fields of a form with their labels.
struct LabelledFields {
    let language: Language
    /// Tells the fields of several forms on one page apart.
    var scope: String?

    func input(
        _ name: String, _ label: Message, value: String = "", required: Bool = true
    ) -> HTML {
        """
        <label for="\(id(name))">\(language(label))</label>\
        <input id="\(id(name))" name="\(name)" value="\(value)"\(mark(required))>
        """
    }

    func area(_ name: String, _ label: Message, required: Bool = true) -> HTML {
        """
        <label for="\(id(name))">\(language(label))</label>\
        <textarea id="\(id(name))" name="\(name)" rows="3"\(mark(required))></textarea>
        """
    }

    /// One of several, each with its own words.
    func choice(_ name: String, _ label: Message, _ options: [(value: String, words: Message)])
        -> HTML
    {
        let items = options.map { option -> HTML in
            """
            <option value="\(option.value)">\(language(option.words))</option>
            """
        }
        return """
            <label for="\(id(name))">\(language(label))</label>\
            <select id="\(id(name))" name="\(name)">\(HTML.join(items))</select>
            """
    }

    private func id(_ name: String) -> String { scope.map { "\(name)-\($0)" } ?? name }

    private func mark(_ isRequired: Bool) -> HTML { isRequired ? " required" : .empty }
}
