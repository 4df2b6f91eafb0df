Add-Type -TypeDefinition 'public class A { }'
