// Writes syntax trees as flat JSON: what dump.ps1 hands it. It runs none of the scripts.
using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Text.Json;

public static class ZdmTreeDump
{
    static readonly HashSet<string> Skipped = new HashSet<string> {
        "Parent", "Extent", "StaticType", "ErrorPosition", "IsFilter", "IsPublic", "IsPrivate"
    };
    static readonly Dictionary<Type, PropertyInfo[]> Known = new Dictionary<Type, PropertyInfo[]>();

    public static void Write(string[] paths, string target)
    {
        using (var stream = File.Create(target))
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            foreach (var path in paths) { WriteFile(writer, path); }
            writer.WriteEndArray();
        }
    }

    static void WriteFile(Utf8JsonWriter writer, string path)
    {
        Token[] tokens;
        ParseError[] errors;
        var tree = Parser.ParseInput(File.ReadAllText(path), out tokens, out errors);
        writer.WriteStartObject();
        writer.WriteStartArray("errors");
        foreach (var problem in errors)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(problem.Extent.StartLineNumber);
            writer.WriteNumberValue(problem.Extent.StartColumnNumber);
            writer.WriteStringValue(problem.Message);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("tokens");
        foreach (var token in tokens)
        {
            if (token.Kind != TokenKind.Comment && token.Kind != TokenKind.LineContinuation) { continue; }
            writer.WriteStartArray();
            writer.WriteStringValue(token.Kind.ToString());
            writer.WriteNumberValue(token.Extent.StartLineNumber);
            writer.WriteNumberValue(token.Extent.StartColumnNumber);
            writer.WriteStringValue(token.Text);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("nodes");
        var next = 0;
        WriteNode(writer, tree, -1, "", ref next);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // Parents come before their children; the number of a node is its place in the list.
    static void WriteNode(Utf8JsonWriter writer, Ast node, int parent, string role, ref int next)
    {
        var number = next++;
        var children = new List<KeyValuePair<string, Ast>>();
        writer.WriteStartArray();
        writer.WriteStringValue(node.GetType().Name);
        writer.WriteNumberValue(parent);
        writer.WriteStringValue(role);
        writer.WriteNumberValue(node.Extent.StartOffset);
        writer.WriteNumberValue(node.Extent.EndOffset);
        writer.WriteNumberValue(node.Extent.StartLineNumber);
        writer.WriteNumberValue(node.Extent.StartColumnNumber);
        writer.WriteStartObject();
        foreach (var property in PropertiesOf(node.GetType())) { WriteProperty(writer, property, node, children); }
        var function = node as FunctionDefinitionAst;
        if (function != null) { WriteHelp(writer, function.GetHelpContent()); }
        writer.WriteEndObject();
        writer.WriteEndArray();
        foreach (var child in children) { WriteNode(writer, child.Value, number, child.Key, ref next); }
    }

    static PropertyInfo[] PropertiesOf(Type type)
    {
        PropertyInfo[] found;
        if (!Known.TryGetValue(type, out found))
        {
            found = Array.FindAll(type.GetProperties(), one => !Skipped.Contains(one.Name) && one.GetIndexParameters().Length == 0);
            Known[type] = found;
        }
        return found;
    }

    static void WriteProperty(Utf8JsonWriter writer, PropertyInfo property, Ast node, List<KeyValuePair<string, Ast>> children)
    {
        var value = property.GetValue(node);
        var name = property.Name;
        var below = value as Ast;
        if (value == null || (name == "Attribute" && node is ConvertExpressionAst)) { return; } // the same as its Type
        if (below != null) { children.Add(new KeyValuePair<string, Ast>(name, below)); }
        else if (value is string) { writer.WriteString(name, (string)value); }
        else if (value is bool) { if ((bool)value) { writer.WriteBoolean(name, true); } }
        else if (value is Enum || value.GetType().IsPrimitive || value is decimal)
        {
            writer.WriteString(name, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
        }
        else if (value is ITypeName)
        {
            var type = (ITypeName)value;
            writer.WriteString(name, type.FullName);
            var real = type.GetReflectionType();
            if (real != null) { writer.WriteString("RealType", real.FullName); }
        }
        else if (value is VariablePath) { writer.WriteString(name, ((VariablePath)value).UserPath); }
        else if (value is Token) { writer.WriteString(name, ((Token)value).Text); }
        else if (value is ScriptRequirements) { WriteRequirements(writer, (ScriptRequirements)value); }
        else if (value is IEnumerable) { Collect(name, (IEnumerable)value, children); }
    }

    static void Collect(string name, IEnumerable values, List<KeyValuePair<string, Ast>> children)
    {
        foreach (var one in values)
        {
            if (one is Ast) { children.Add(new KeyValuePair<string, Ast>(name, (Ast)one)); continue; }
            if (one == null || !one.GetType().Name.StartsWith("Tuple`2")) { continue; }
            foreach (var part in new[] { "Item1", "Item2" })
            {
                var half = one.GetType().GetProperty(part).GetValue(one) as Ast;
                if (half != null) { children.Add(new KeyValuePair<string, Ast>(name + "." + part.Substring(4), half)); }
            }
        }
    }

    static void WriteRequirements(Utf8JsonWriter writer, ScriptRequirements needs)
    {
        if (needs.RequiredPSVersion != null) { writer.WriteString("RequiredVersion", needs.RequiredPSVersion.ToString()); }
        if (needs.RequiredModules.Count > 0) { writer.WriteBoolean("RequiresModules", true); }
        if (needs.IsElevationRequired) { writer.WriteBoolean("RequiresElevation", true); }
    }

    static void WriteHelp(Utf8JsonWriter writer, CommentHelpInfo help)
    {
        if (help == null) { return; }
        writer.WriteStartObject("Help");
        writer.WriteString("Synopsis", help.Synopsis ?? "");
        writer.WriteString("Description", help.Description ?? "");
        writer.WriteString("Notes", help.Notes ?? "");
        WriteTexts(writer, "Outputs", help.Outputs);
        WriteTexts(writer, "Examples", help.Examples);
        writer.WriteStartObject("Parameters");
        foreach (var pair in help.Parameters) { writer.WriteString(pair.Key, pair.Value); }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts) { writer.WriteStringValue(text); }
        writer.WriteEndArray();
    }
}
