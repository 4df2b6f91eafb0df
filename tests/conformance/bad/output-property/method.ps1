$setting = @(Get-WmiObject -Class Win32_LogicalShareSecuritySetting)[0]
foreach ($ace in @($setting.GetSecurityDescriptor().Descriptor.DACL)) { $x = $ace.Sid }
