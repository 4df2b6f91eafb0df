# Parses scripts with the engine's own parser and writes their syntax trees as flat JSON. It runs none of them.
# -List: a file with one path per line; -Out: the JSON file. Positions are UTF-16 units, lines and columns count from 1.
param([string]$List, [string]$Out)
$ErrorActionPreference = 'Stop'
$astType = [System.Management.Automation.Language.Ast]
$plans = @{}

function Get-Plan([type]$Type) {
    # What is written of a node of this type: its scalar properties, and the properties that hold further nodes.
    $skip = 'Parent', 'Extent', 'StaticType', 'ErrorPosition', 'IsFilter', 'IsPublic', 'IsPrivate', 'SafeGetValue', 'ArrayLiteral'
    $scalars = [System.Collections.Generic.List[object]]::new()
    $children = [System.Collections.Generic.List[object]]::new()
    foreach ($property in $Type.GetProperties()) {
        if ($property.Name -in $skip -or $property.GetIndexParameters().Length) { continue }
        $kind = $property.PropertyType
        if ($astType.IsAssignableFrom($kind)) { $children.Add(@($property, 0)); continue }
        if ($kind.IsGenericType -and $kind.Name -eq 'ReadOnlyCollection`1') {
            $inner = $kind.GetGenericArguments()[0]
            if ($astType.IsAssignableFrom($inner)) { $children.Add(@($property, 1)) }
            elseif ($inner.Name -eq 'Tuple`2') { $children.Add(@($property, 2)) }
            continue
        }
        if ($kind.IsEnum -or $kind.IsPrimitive -or $kind -eq [string] -or $kind -eq [object] -or
            $kind.Name -in 'ITypeName', 'VariablePath', 'Token', 'IScriptExtent', 'ScriptRequirements') { $scalars.Add($property) }
    }
    @{ Scalars = $scalars; Children = $children }
}

function Write-Scalars($Writer, $Node, $Plan) {
    foreach ($property in $Plan.Scalars) {
        $value = $property.GetValue($Node)
        if ($null -eq $value) { continue }
        $name = $property.Name
        if ($value -is [bool]) { if ($value) { $Writer.WriteBoolean($name, $true) } }
        elseif ($value -is [string]) { $Writer.WriteString($name, $value) }
        elseif ($value -is [System.Enum]) { $Writer.WriteString($name, $value.ToString()) }
        elseif ($value -is [System.Management.Automation.Language.ITypeName]) {
            $Writer.WriteString($name, $value.FullName)
            if ($value.IsArray) { $Writer.WriteBoolean('IsArray', $true) }
            $real = $value.GetReflectionType()
            if ($null -ne $real) { $Writer.WriteString('RealType', $real.FullName) }
        }
        elseif ($value -is [System.Management.Automation.VariablePath]) { $Writer.WriteString($name, $value.UserPath) }
        elseif ($value -is [System.Management.Automation.Language.Token]) { $Writer.WriteString($name, $value.Text) }
        elseif ($value -is [System.Management.Automation.Language.ScriptRequirements]) {
            if ($value.RequiredPSVersion) { $Writer.WriteString('RequiredVersion', $value.RequiredPSVersion.ToString()) }
            if ($value.RequiredModules.Count) { $Writer.WriteBoolean('RequiresModules', $true) }
            if ($value.IsElevationRequired) { $Writer.WriteBoolean('RequiresElevation', $true) }
        }
        elseif ($value.GetType().IsPrimitive -and $value -isnot [char]) { $Writer.WriteString($name, [string]$value) }
        elseif ($value -is [char]) { $Writer.WriteString($name, [string]$value) }
    }
}

function Write-Help($Writer, $Node) {
    $help = $Node.GetHelpContent()
    if ($null -eq $help) { return }
    $Writer.WriteStartObject('Help')
    foreach ($name in 'Synopsis', 'Description', 'Notes') {
        if ($help.$name) { $Writer.WriteString($name, $help.$name) }
    }
    foreach ($name in 'Outputs', 'Examples') {
        $Writer.WriteStartArray($name)
        foreach ($text in $help.$name) { $Writer.WriteStringValue([string]$text) }
        $Writer.WriteEndArray()
    }
    $Writer.WriteStartObject('Parameters')
    foreach ($pair in $help.Parameters.GetEnumerator()) { $Writer.WriteString($pair.Key, [string]$pair.Value) }
    $Writer.WriteEndObject()
    $Writer.WriteEndObject()
}

function Write-Node($Writer, $Node, [int]$Parent, [string]$Role) {
    # Parents come before their children; the number of a node is its place in the list.
    $number = $script:next
    $script:next++
    $type = $Node.GetType()
    $plan = $plans[$type]
    if ($null -eq $plan) { $plan = $plans[$type] = Get-Plan $type }
    $extent = $Node.Extent
    $Writer.WriteStartArray()
    $Writer.WriteStringValue($type.Name)
    $Writer.WriteNumberValue($Parent)
    $Writer.WriteStringValue($Role)
    $Writer.WriteNumberValue([int]$extent.StartOffset)
    $Writer.WriteNumberValue([int]$extent.EndOffset)
    $Writer.WriteNumberValue([int]$extent.StartLineNumber)
    $Writer.WriteNumberValue([int]$extent.StartColumnNumber)
    $Writer.WriteStartObject()
    Write-Scalars $Writer $Node $plan
    if ($Node -is [System.Management.Automation.Language.FunctionDefinitionAst]) { Write-Help $Writer $Node }
    $Writer.WriteEndObject()
    $Writer.WriteEndArray()
    foreach ($child in $plan.Children) {
        $name = $child[0].Name
        $value = $child[0].GetValue($Node)
        if ($null -eq $value) { continue }
        if ($child[1] -eq 0) { Write-Node $Writer $value $number $name }
        elseif ($child[1] -eq 1) { foreach ($one in $value) { Write-Node $Writer $one $number $name } }
        else {
            foreach ($pair in $value) {
                if ($pair.Item1 -is $astType) { Write-Node $Writer $pair.Item1 $number "$name.1" }
                if ($pair.Item2 -is $astType) { Write-Node $Writer $pair.Item2 $number "$name.2" }
            }
        }
    }
}

$stream = [System.IO.File]::Create($Out)
$writer = [System.Text.Json.Utf8JsonWriter]::new($stream)
$writer.WriteStartArray()
foreach ($path in [System.IO.File]::ReadAllLines($List)) {
    $tokens = $null
    $errors = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput([System.IO.File]::ReadAllText($path), [ref]$tokens, [ref]$errors)
    $writer.WriteStartObject()
    $writer.WriteStartArray('errors')
    foreach ($problem in $errors) {
        $writer.WriteStartArray()
        $writer.WriteNumberValue([int]$problem.Extent.StartLineNumber)
        $writer.WriteNumberValue([int]$problem.Extent.StartColumnNumber)
        $writer.WriteStringValue($problem.Message)
        $writer.WriteEndArray()
    }
    $writer.WriteEndArray()
    $writer.WriteStartArray('tokens')
    foreach ($token in $tokens) {
        if ($token.Kind -notin 'Comment', 'LineContinuation') { continue }
        $writer.WriteStartArray()
        $writer.WriteStringValue($token.Kind.ToString())
        $writer.WriteNumberValue([int]$token.Extent.StartLineNumber)
        $writer.WriteNumberValue([int]$token.Extent.StartColumnNumber)
        $writer.WriteStringValue($token.Text)
        $writer.WriteEndArray()
    }
    $writer.WriteEndArray()
    $writer.WriteStartArray('nodes')
    $script:next = 0
    Write-Node $writer $tree -1 ''
    $writer.WriteEndArray()
    $writer.WriteEndObject()
}
$writer.WriteEndArray()
$writer.Dispose()
$stream.Dispose()
